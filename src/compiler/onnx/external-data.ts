/** External data: tensors whose bytes lie in a file beside the model (ONNX "External Data" specification). */
import { fail } from '../diagnostics.ts';
import type { TensorProto } from './proto.ts';

/** Gives the bytes of a file in the model's folder, or undefined where it is missing. */
export type ExternalData = (location: string) => Uint8Array | undefined;

/** The bytes of an external tensor, as a view of its file. Fails with CAM105. */
export function externalBytes(proto: TensorProto, name: string, external?: ExternalData): Uint8Array {
  const entries = new Map((proto.externalData ?? []).map((e) => [e.key ?? '', e.value ?? '']));
  const location = entries.get('location') ?? '';
  const where = { tensor: name };
  if (!isInside(location)) {
    return fail(
      'CAM105',
      `Tensor "${name}" takes its data from "${location}", which is outside the model's folder.`,
      'Keep the data file in the folder of the model and export again.',
      where,
    );
  }
  const file = external?.(location);
  if (!file) {
    return fail(
      'CAM105',
      `Tensor "${name}" takes its data from "${location}", which was not found.`,
      'Put the data file beside the model.',
      where,
    );
  }
  const offset = byteCount(entries.get('offset') ?? '0');
  const length = byteCount(entries.get('length') ?? String(file.length - offset));
  if (!(offset + length <= file.length)) {
    return fail(
      'CAM105',
      `Tensor "${name}" takes bytes ${offset} to ${offset + length} of "${location}", which has ${file.length}.`,
      'The data file is incomplete or belongs to another model: copy it again.',
      where,
    );
  }
  return file.subarray(offset, offset + length);
}

function byteCount(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

/** True for a relative path that stays inside the model's folder, on every platform. */
function isInside(location: string): boolean {
  if (location === '' || /^[/\\]/.test(location) || /^[A-Za-z]:/.test(location) || location.includes('\0'))
    return false;
  return !location.split(/[/\\]/).includes('..');
}
