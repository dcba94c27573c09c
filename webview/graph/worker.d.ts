// The text of a bundled worker script (scripts/build.ts).
declare module 'worker:*' {
  const source: string;
  export default source;
}
