/** Models of a size that the sample does not have, made for the measurements. */
import { makeAttribute } from '../../src/compiler/graph/attributes.ts';
import type { Graph, Node, Tensor } from '../../src/compiler/graph/ir.ts';
import { floatTensor } from '../../src/compiler/graph/tensor.ts';
import { writeModel } from '../../src/compiler/onnx/write.ts';

/** A classifier of residual blocks, five nodes each, with 3x3 convolutions of `channels` channels. */
export function residualModel(blocks: number, channels: number, size: number): Uint8Array {
  const nodes: Node[] = [];
  const initializers = new Map<string, Tensor>();
  const add = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): string => {
    nodes.push({ name: output, op, domain: '', inputs, outputs: [output], attributes });
    return output;
  };
  const weights = (name: string, shape: number[]): string => {
    const fan = shape.slice(1).reduce((a, b) => a * b, 1);
    const data = new Float32Array(fan * shape[0]!).map(
      (_, i) => (((i * 7919) % 1000) / 500 - 1) / Math.sqrt(fan),
    );
    initializers.set(name, floatTensor(shape, data));
    return name;
  };
  const convolution = (input: string, from: number, name: string): string =>
    add('Conv', [input, weights(`${name}.weight`, [channels, from, 3, 3])], name, {
      kernel_shape: makeAttribute.ints([3, 3]),
      pads: makeAttribute.ints([1, 1, 1, 1]),
    });
  let last = add('Relu', [convolution('image', 3, 'stem/conv')], 'stem/relu');
  for (let i = 0; i < blocks; i++) {
    const first = add('Relu', [convolution(last, channels, `block.${i}/conv1`)], `block.${i}/relu1`);
    const second = convolution(first, channels, `block.${i}/conv2`);
    last = add('Relu', [add('Add', [second, last], `block.${i}/add`)], `block.${i}/relu2`);
  }
  const pooled = add('GlobalAveragePool', [last], 'pool');
  const flat = add('Flatten', [pooled], 'flatten', { axis: makeAttribute.int(1) });
  add('Gemm', [flat, weights('fc.weight', [10, channels])], 'scores', { transB: makeAttribute.int(1) });
  const graph: Graph = {
    name: 'made',
    opset: 17,
    irVersion: 8,
    inputs: [{ name: 'image', dtype: 'float32', shape: [1, 3, size, size] }],
    outputs: [{ name: 'scores', dtype: 'float32', shape: [1, 10] }],
    nodes,
    initializers,
    values: new Map(),
    metadata: {},
  };
  return writeModel(graph);
}

/** About 1,000 nodes. */
export const thousandNodes = (): Uint8Array => residualModel(199, 16, 32);

/** About 100 MB of weights. */
export const hundredMegabytes = (): Uint8Array => residualModel(4, 600, 8);
