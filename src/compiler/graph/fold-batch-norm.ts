import { floatAttribute, intAttribute } from './attributes.ts';
import { freshName, producers, useCounts, withInitializers, withoutKeys } from './edit.ts';
import type { Graph, Node, Tensor } from './ir.ts';
import type { FoldedBatchNorm, Pass } from './pass.ts';
import { elementCount, floatTensor } from './tensor.ts';

/**
 * Folds a BatchNormalization into the Conv or ConvTranspose that alone feeds it:
 * `W' = s W`, `b' = s b + beta - s mean` per output channel, `s = gamma / sqrt(variance + epsilon)` (ONNX
 * BatchNormalization, inference mode). The result keeps the batch norm's output name; each fold is put on record.
 * Weights that stay symbolic (a large ConstantOfShape) are left alone.
 */
export const foldBatchNorm: Pass = {
  name: 'fold-batch-norm',
  description: 'Folds BatchNormalization into the convolution before it.',
  run(graph, notes): Graph {
    const uses = useCounts(graph);
    const producer = producers(graph);
    const replaced = new Map<Node, Node>();
    const removed = new Set<Node>();
    const added = new Map<string, Tensor>();
    for (const batchNorm of graph.nodes) {
      const conv = producer.get(batchNorm.inputs[0] ?? '');
      if (!conv || uses.get(conv.outputs[0]!) !== 1 || !isInference(batchNorm)) continue;
      const fold = foldPair(conv, batchNorm, graph);
      if (!fold) continue;
      const weights = freshName(`${conv.inputs[1]!}_folded`, graph.values);
      const bias = freshName(`${batchNorm.outputs[0]!}_bias`, graph.values);
      added.set(weights, fold.weights).set(bias, fold.bias);
      replaced.set(conv, {
        ...conv,
        inputs: [conv.inputs[0]!, weights, bias],
        outputs: [fold.record.bnOutput],
      });
      removed.add(batchNorm);
      notes.foldedBatchNorms.push(fold.record);
    }
    if (removed.size === 0) return graph;
    const gone = new Set([...replaced.keys()].map((conv) => conv.outputs[0]!));
    const nodes = graph.nodes.filter((n) => !removed.has(n)).map((n) => replaced.get(n) ?? n);
    return withInitializers({ ...graph, nodes, values: withoutKeys(graph.values, gone) }, added);
  },
};

function isInference(node: Node): boolean {
  if (node.op !== 'BatchNormalization' || node.domain !== '') return false;
  return intAttribute(node, 'training_mode', 0) === 0 && node.outputs.slice(1).every((o) => o === '');
}

interface Fold {
  readonly weights: Tensor;
  readonly bias: Tensor;
  readonly record: FoldedBatchNorm;
}

function foldPair(conv: Node, batchNorm: Node, graph: Graph): Fold | undefined {
  if (conv.domain !== '' || (conv.op !== 'Conv' && conv.op !== 'ConvTranspose')) return undefined;
  const constant = (name: string | undefined): Tensor | undefined => graph.initializers.get(name ?? '');
  const weights = constant(conv.inputs[1]);
  const bias = constant(conv.inputs[2]);
  const parameters = batchNorm.inputs.slice(1).map(constant);
  if (weights?.dtype !== 'float32' || (conv.inputs[2] && !bias)) return undefined;
  if (parameters.length !== 4 || parameters.some((p) => p?.dtype !== 'float32')) return undefined;
  const [gamma, beta, mean, variance] = parameters.map((p) => p!.data);
  const epsilon = floatAttribute(batchNorm, 'epsilon', 1e-5);
  const channels = gamma!.length;
  const scale = new Float64Array(channels);
  const shift = new Float64Array(channels);
  for (let k = 0; k < channels; k++) {
    scale[k] = Number(gamma![k]) / Math.sqrt(Number(variance![k]) + epsilon);
    shift[k] = Number(beta![k]) - Number(mean![k]) * scale[k]!;
  }
  const foldedBias = shift.map((b, k) => b + scale[k]! * Number(bias?.data[k] ?? 0));
  return {
    weights: scaleOutputChannels(weights, scale, conv),
    bias: floatTensor([channels], foldedBias),
    record: {
      convOutput: conv.outputs[0]!,
      bnOutput: batchNorm.outputs[0]!,
      scale: Float32Array.from(scale),
      shift: Float32Array.from(shift),
    },
  };
}

/** Conv weights are [O, I/g, ...]; ConvTranspose weights [I, O/g, ...], output channel = group * O/g + column. */
function scaleOutputChannels(weights: Tensor, scale: Float64Array, conv: Node): Tensor {
  const [rows, columns] = weights.shape as [number, number];
  const taps = elementCount(weights.shape.slice(2));
  const group = intAttribute(conv, 'group', 1);
  const data = (weights.data as Float32Array).slice();
  const scaleRun = (start: number, length: number, factor: number): void => {
    for (let i = start; i < start + length; i++) data[i]! *= factor;
  };
  for (let row = 0; row < rows; row++) {
    if (conv.op === 'Conv') {
      scaleRun(row * columns * taps, columns * taps, scale[row]!);
      continue;
    }
    const first = Math.floor(row / (rows / group)) * columns;
    for (let column = 0; column < columns; column++) {
      scaleRun((row * columns + column) * taps, taps, scale[first + column]!);
    }
  }
  return { dtype: 'float32', shape: weights.shape, data };
}
