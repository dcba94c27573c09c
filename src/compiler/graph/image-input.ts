/** The input of an image classifier. */
import { fail } from '../diagnostics.ts';
import type { Graph, ValueInfo } from './ir.ts';
import { isFloat } from './tensor.ts';

/**
 * The graph's one image input: 4-D, one image, floating point or uint8. Fails with CAM107 where there is none or
 * more than one input, with CAM106 for a fixed batch of several images.
 */
export function imageInput(graph: Graph): ValueInfo {
  const [input, ...others] = graph.inputs;
  if (!input) return fail('CAM107', 'The model has no input.', 'Export a classifier that takes one image.');
  const text = (value: ValueInfo): string => `"${value.name}" ${value.dtype} [${value.shape.join(', ')}]`;
  if (others.length > 0) {
    const list = graph.inputs.map(text).join(', ');
    return fail(
      'CAM107',
      `The model has ${graph.inputs.length} inputs: ${list}.`,
      'Export a classifier that takes one image.',
    );
  }
  const where = { tensor: input.name };
  if (
    input.shape.length !== 4 ||
    input.shape.some((d) => d < 1) ||
    !(isFloat(input.dtype) || input.dtype === 'uint8')
  ) {
    return fail(
      'CAM107',
      `Input ${text(input)} is no image.`,
      'Export a classifier whose input is [1, channels, height, width].',
      where,
    );
  }
  if (input.shape[0] !== 1) {
    const one = [1, ...input.shape.slice(1)].join(',');
    return fail(
      'CAM106',
      `Input ${text(input)} is a batch of ${input.shape[0]} images.`,
      `Give the shape of one image: --input-shape ${one}.`,
      where,
    );
  }
  return input;
}
