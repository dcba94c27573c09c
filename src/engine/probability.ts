/** The probability that a model's set-aside Softmax, LogSoftmax or Sigmoid makes of its scores. */
import type { StaticGradCam } from '../compiler/gradient/derive.ts';

type Normalise = (scores: Float32Array) => Float32Array;

/** Softmax over all classes. */
export const softmax: Normalise = (scores) => {
  const largest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = scores.map((s) => Math.exp(s - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / sum);
};

const normalisations: Readonly<Record<string, Normalise>> = {
  Softmax: softmax,
  LogSoftmax: (scores) => softmax(scores).map(Math.log),
  Sigmoid: (scores) => scores.map((s) => 1 / (1 + Math.exp(-s))),
};

/** Applies the model's own normalisation (ONNX Softmax, LogSoftmax, Sigmoid over the class axis). */
export function probabilities(model: StaticGradCam, scores: Float32Array): Float32Array {
  const byOutput = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((o) => [o, node] as const)));
  // Shape operators may stand behind it.
  for (let node = byOutput.get(model.probability!); node; node = byOutput.get(node.inputs[0]!)) {
    const normalise = normalisations[node.op];
    if (normalise) return normalise(scores);
  }
  return scores;
}
