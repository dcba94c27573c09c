/** Stages of the pipeline as text: JSON, with maps and typed arrays marked. What is written is read back equal. */

const arrays = { Int8Array, Uint8Array, Uint32Array, Int32Array, Float32Array, Float64Array } as const;
type ArrayName = keyof typeof arrays;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000)
    text += String.fromCharCode.apply(null, bytes.subarray(i, i + 0x8000) as unknown as number[]);
  return btoa(text);
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** Text of a plain value that may hold maps and typed arrays. */
export function serialise(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) => {
    if (v instanceof Map) return { $map: [...v] };
    const name = ArrayBuffer.isView(v) ? (v.constructor.name as ArrayName) : undefined;
    if (name === undefined || !(name in arrays)) return v;
    const { buffer, byteOffset, byteLength } = v as Uint8Array;
    return { $array: name, data: toBase64(new Uint8Array(buffer, byteOffset, byteLength)) };
  });
}

/** The value of a text made by `serialise`. The caller vouches for its type. @throws SyntaxError */
export function deserialise<T>(text: string): T {
  return JSON.parse(text, (_key, v: unknown) => {
    if (typeof v !== 'object' || v === null) return v;
    if ('$map' in v) return new Map(v.$map as [unknown, unknown][]);
    if (!('$array' in v)) return v;
    const { $array, data } = v as { $array: ArrayName; data: string };
    return new arrays[$array](fromBase64(data).buffer as ArrayBuffer);
  }) as T;
}
