/** NumPy's .npy format, as far as a model input needs it: little-endian float32, C order. */
import { fail } from '../../compiler/diagnostics.ts';

export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const hint = "Save it with numpy.save('input.npy', array.astype('float32')).";

/**
 * Reads a .npy file (NumPy Enhancement Proposal 1; versions 1 to 3).
 *
 * @throws CompileError CAM301 for anything but little-endian float32 in C order
 */
export function readNpy(bytes: Uint8Array, name: string): FloatTensor {
  const damaged = (why: string): never => fail('CAM301', `${name} is not a usable .npy array: ${why}.`, hint);
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (bytes.length < 12 || !magic.every((byte, i) => bytes[i] === byte)) damaged('no NumPy header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (start + length > bytes.length) damaged('the header is cut off');
  const header = new TextDecoder().decode(bytes.subarray(start, start + length));

  const dtype = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  if (dtype !== '<f4') damaged(`its element type is ${dtype ?? 'not stated'}, not float32`);
  if (!/'fortran_order'\s*:\s*False/.test(header)) damaged('it is stored in Fortran order');
  const dimensions = /'shape'\s*:\s*\(([^)]*)\)/.exec(header)?.[1];
  if (dimensions === undefined) return damaged('its shape is not stated');
  const shape = dimensions
    .split(',')
    .filter((d) => d.trim() !== '')
    .map(Number);
  if (!shape.every((d) => Number.isSafeInteger(d) && d >= 0)) damaged(`its shape is (${dimensions})`);

  const count = shape.reduce((a, b) => a * b, 1);
  const values = bytes.subarray(start + length);
  if (values.length !== count * 4)
    damaged(`shape (${dimensions}) needs ${count * 4} bytes, it holds ${values.length}`);
  // Copied, because the data need not be aligned to four bytes; little-endian, as every platform of ours is.
  return { shape, data: new Float32Array(new Uint8Array(values).buffer) };
}
