/** Things alike whose numbers go up in equal steps: what one loop can visit. */
export interface Progression<N extends string> {
  /** What the things have in common. */
  readonly kind: number;
  readonly count: number;
  /** The first one's numbers, and the steps from one to the next (0 where there is but one). */
  readonly first: Readonly<Record<N, number>>;
  readonly step: Readonly<Record<N, number>>;
}

/** Joins things in the order given to progressions, as long ones as the first that they fit into become. */
export function progressions<N extends string>(
  things: readonly { readonly kind: number; readonly numbers: Readonly<Record<N, number>> }[],
): Progression<N>[] {
  const found: Progression<N>[] = [];
  for (const { kind, numbers } of things) {
    const names = Object.keys(numbers) as N[];
    const from = (other: Readonly<Record<N, number>>, times: number) =>
      Object.fromEntries(names.map((n) => [n, (numbers[n] - other[n]) / times])) as Record<N, number>;
    const at = found.findIndex(({ kind: other, count, first, step }) => {
      const wanted = from(first, count);
      return other === kind && (count === 1 || names.every((n) => wanted[n] === step[n]));
    });
    const known = found[at];
    if (!known) found.push({ kind, count: 1, first: numbers, step: from(numbers, 1) });
    else found[at] = { ...known, count: known.count + 1, step: from(known.first, known.count) };
  }
  return found;
}
