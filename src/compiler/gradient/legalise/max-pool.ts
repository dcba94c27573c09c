/**
 * The adjoint of max pooling in standard ONNX, exact for overlapping windows and ties (first maximum, row-major,
 * as MaxPool's own Indices output says). MaxUnpool leaves overlaps undefined, so: which tap of each window won is
 * spread into one plane per tap, and a depth-wise transposed convolution with one-hot kernels adds the planes up.
 */
import { intsAttribute, makeAttribute } from '../../graph/attributes.ts';
import type { Node } from '../../graph/ir.ts';
import type { Emitter } from '../emitter.ts';
import { sizeOf, type Shape } from '../shape.ts';
import { transposedConv, windowIn } from './windows.ts';

export function maxPoolBackward(e: Emitter, node: Node, shape: Shape): string {
  const [dY, x] = node.inputs as [string, string];
  const w = windowIn(node);
  const output = e.shape(dY);
  const [channels, rows, columns] = [shape[1]!, output[2]!, output[3]!];
  if (rows * columns === 1 && w.kernel.every((k, i) => k === shape[i + 2]))
    return globalMaxBackward(e, dY, x, shape);
  const int64 = (hint: string, dims: Shape, data: readonly number[]) =>
    e.constant(`${node.name}/${hint}`, {
      dtype: 'int64',
      shape: dims,
      data: BigInt64Array.from(data, BigInt),
    });
  const width = shape[3]!;
  const plane = shape[2]! * width;
  // An index less those of its channel and of its window's corner says which tap won.
  const corner = Array.from({ length: rows * columns }, (_, i) => {
    const [oy, ox] = [Math.floor(i / columns), i % columns];
    return (oy * w.strides[0]! - w.padsBegin[0]!) * width + ox * w.strides[1]! - w.padsBegin[1]!;
  });
  const channel = Array.from({ length: channels }, (_, k) => k * plane);
  const taps = w.kernel[0]! * w.kernel[1]!;
  const offsets = Array.from({ length: taps }, (_, t) => {
    const [ky, kx] = [Math.floor(t / w.kernel[1]!), t % w.kernel[1]!];
    return ky * w.dilations[0]! * width + kx * w.dilations[1]!;
  });
  const indices = indicesOf(e, node, x, output);
  const sub = (a: string, b: string) => e.binary('Sub', a, b, 'int64');
  const inPlane = sub(indices, int64('channel', [1, channels, 1, 1], channel));
  const offset = e.reshape(sub(inPlane, int64('corner', [1, 1, rows, columns], corner)), [
    1,
    channels,
    1,
    rows,
    columns,
  ]);
  const won = e.cast(
    e.binary('Equal', offset, int64('taps', [1, 1, taps, 1, 1], offsets), 'bool'),
    e.floatType,
  );
  const planes = e.binary('Mul', won, e.reshape(dY, [1, channels, 1, rows, columns]));
  const oneHot = new Float64Array(channels * taps * taps);
  for (let i = 0; i < channels * taps; i++) oneHot[i * taps + (i % taps)] = 1;
  const kernels = e.floats(`${node.name}/taps`, [channels * taps, 1, ...w.kernel], oneHot);
  return transposedConv(
    e,
    e.reshape(planes, [1, channels * taps, rows, columns]),
    kernels,
    w,
    channels,
    shape,
  );
}

/** One window over the whole plane: the first position of the maximum gets dY. */
function globalMaxBackward(e: Emitter, dY: string, x: string, shape: Shape): string {
  const [channels, plane] = [shape[1]!, sizeOf(shape.slice(2))];
  const best = e.emit('ArgMax', [e.reshape(x, [1, channels, plane])], {
    shape: [1, channels, 1],
    dtype: 'int64',
    attributes: { axis: makeAttribute.int(2), keepdims: makeAttribute.int(1) },
  });
  const positions = e.int64(Array.from({ length: plane }, (_, i) => i));
  const won = e.cast(e.binary('Equal', best, positions, 'bool'), e.floatType);
  return e.reshape(e.binary('Mul', won, e.reshape(dY, [1, channels, 1])), shape);
}

/** The Indices output of the forward MaxPool, which is made to give it. */
function indicesOf(e: Emitter, node: Node, x: string, output: Shape): string {
  const same = (name: string, other: Node) =>
    (intsAttribute(other, name) ?? []).join() === intsAttribute(node, name)!.join();
  const at = e.nodes.findIndex(
    (n) =>
      n.op === 'MaxPool' &&
      n.inputs[0] === x &&
      same('kernel_shape', n) &&
      e.shape(n.outputs[0]!).join() === output.join(),
  );
  const forward = e.nodes[at]!;
  if (forward.outputs[1]) return forward.outputs[1];
  const indices = e.fresh(`${forward.name}/indices`);
  e.describe(indices, 'int64', output);
  e.nodes[at] = { ...forward, outputs: [forward.outputs[0]!, indices] };
  return indices;
}
