/** The input of an image classifier. */
import { fail } from '../diagnostics.ts';
import type { Graph, ValueInfo } from './ir.ts';

/**
 * The graph's only input, which must take one image: 4-D, batch 1, float32 or float16. Fails with CAM107, or with
 * CAM106 for a fixed batch of several images.
 */
export function imageInput(graph: Graph): ValueInfo {
  const [input, ...others] = graph.inputs;
  if (!input) return fail('CAM107', 'The model has no input.', 'Export a classifier that takes one image.');
  if (others.length > 0) {
    const message = `The model has ${graph.inputs.length} inputs: ${graph.inputs.map(describe).join(', ')}.`;
    return fail('CAM107', message, 'Export a classifier that takes one image.');
  }
  const { dtype, shape } = input;
  const message = `Input ${describe(input)} is no image`;
  const where = { tensor: input.name };
  if (shape.length !== 4 || shape.some((d) => d < 1)) {
    const hint = 'Export a classifier whose input is [1, channels, height, width].';
    return fail('CAM107', `${message}.`, hint, where);
  }
  if (dtype !== 'float32' && dtype !== 'float16') {
    return fail(
      'CAM107',
      `${message} of floating-point numbers.`,
      'Export the model with a float32 input.',
      where,
    );
  }
  if (shape[0] !== 1) {
    const hint = `Give the shape of one image: --input-shape ${[1, ...shape.slice(1)].join(',')}.`;
    return fail('CAM106', `Input ${describe(input)} takes ${shape[0]} images at once.`, hint, where);
  }
  return input;
}

function describe({ name, dtype, shape }: ValueInfo): string {
  return `"${name}" ${dtype} [${shape.join(', ')}]`;
}
