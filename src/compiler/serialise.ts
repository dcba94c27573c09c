/** Stages of the pipeline as text: JSON, with maps and typed arrays marked. What is written is read back equal. */

const arrays = {
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const;
type ArrayName = keyof typeof arrays;

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000)
    text += String.fromCharCode.apply(null, bytes.subarray(i, i + 0x8000) as unknown as number[]);
  return btoa(text);
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** Text of a plain value that may hold maps and typed arrays. @throws TypeError on a typed array that cannot be read back */
export function serialise(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) => {
    if (v instanceof Map) return { $map: [...v] };
    if (!ArrayBuffer.isView(v)) return v;
    const name = v.constructor.name as ArrayName;
    // As a plain object it would be read back as something else.
    if (!(name in arrays)) throw new TypeError(`${name} cannot be serialised`);
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
