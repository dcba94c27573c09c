/** IEEE binary16 and bfloat16, to and from float32. Rounding is to nearest, ties to even. */

const buffer = new DataView(new ArrayBuffer(4));

function float32FromBits(bits: number): number {
  buffer.setUint32(0, bits);
  return buffer.getFloat32(0);
}

function bitsOfFloat32(value: number): number {
  buffer.setFloat32(0, value);
  return buffer.getUint32(0);
}

/** binary16 bits -> float32, exact. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** float32 -> binary16 bits. */
export function floatToHalf(value: number): number {
  const bits = bitsOfFloat32(value);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return sign | 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundHalfEven(magnitude * 2 ** 24);
  const exponent = ((bits >>> 23) & 0xff) - 127;
  // A carry out of the fraction lands in the exponent, which is the right answer.
  return sign | (((exponent + 15) << 10) + roundHalfEven((magnitude / 2 ** exponent - 1) * 1024));
}

/** bfloat16 bits -> float32, exact. */
export function bfloatToFloat(bits: number): number {
  return float32FromBits((bits << 16) >>> 0);
}

/** float32 -> bfloat16 bits. */
export function floatToBfloat(value: number): number {
  const bits = bitsOfFloat32(value);
  if (Number.isNaN(value)) return ((bits >>> 16) & 0x8000) | 0x7fc0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
