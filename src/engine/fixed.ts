/** The fixed-point engine: explanations by the integer network, bit for bit what the accelerator gives. */
import { type ClassChoice, checkClass } from '../compiler/class-choice.ts';
import { CompileError, diagnostic } from '../compiler/diagnostics.ts';
import type { StaticGradCam } from '../compiler/gradient/derive.ts';
import type { IntegerNetwork } from '../compiler/quantize/network.ts';
import type { Explanation } from './float.ts';
import { createIntegerEngine, type IntegerEngine, type IntegerRun } from './integer.ts';
import { probabilities } from './probability.ts';

/** A picture for the integer network. */
export interface FixedInput {
  /** uint8 pixels, height x width x channels: what a network with folded preprocessing takes. */
  readonly pixels?: Uint8Array;
  /** float32 in the model's own NCHW layout: what any other takes. */
  readonly tensor?: Float32Array;
}

export interface FixedExplanation extends Explanation {
  /** The integers themselves. */
  readonly execution: IntegerRun;
}

/** One engine per network, for as long as the network lives: its buffers and packed weights are made once. */
const engines = new WeakMap<IntegerNetwork, IntegerEngine>();

/** The engine of a network. */
export function engineOf(network: IntegerNetwork): IntegerEngine {
  const engine = engines.get(network) ?? createIntegerEngine(network);
  engines.set(network, engine);
  return engine;
}

/**
 * Explains one picture in integers.
 *
 * @param model The static model the network was quantised from.
 * @param wanted The class to explain; by default the top class.
 * @throws CompileError CAM205 for a class out of range, CAM302 where the picture is not what the network takes.
 */
export function explainFixed(
  model: StaticGradCam,
  network: IntegerNetwork,
  input: FixedInput,
  wanted: ClassChoice = 'argmax',
): FixedExplanation {
  if (wanted !== 'argmax') checkClass(wanted, network.classes);
  const image = networkInput(network, input);
  const run = engineOf(network).run(image, wanted === 'argmax' ? {} : { classIndex: wanted });
  const scores = realScores(network, run);
  return {
    scores,
    ...(model.probability === undefined ? {} : { probability: probabilities(model, scores) }),
    class: run.classIndex,
    classIsArgmax: wanted === 'argmax',
    maps: network.explanation ? [{ target: model.targets[0]!, ...realMap(network, run) }] : [],
    execution: run,
  };
}

/** The bytes a network takes, in HWC order: pixels as they are, or floats rounded to its int8 scale. */
export function networkInput(network: IntegerNetwork, input: FixedInput): Uint8Array | Int8Array {
  const { channels, height, width, scale, zeroPoint } = network.tensors.get(network.input.tensor)!;
  const size = channels * height * width;
  const given = network.input.format === 'uint8' ? input.pixels : input.tensor;
  if (given?.length !== size) {
    throw new CompileError([
      diagnostic(
        'CAM302',
        network.input.format === 'uint8' && !given
          ? 'This network has its preprocessing folded in and takes pixels, not a float array.'
          : `The picture has ${given?.length ?? 0} values, the network takes ${height} x ${width} x ${channels}.`,
        'Give a PNG or JPEG picture, or compile without preprocessing.',
      ),
    ]);
  }
  if (network.input.format === 'uint8') return input.pixels!;
  let broken = 0;
  for (const value of given) if (!Number.isFinite(value)) broken++;
  if (broken > 0) {
    throw new CompileError([
      diagnostic(
        'CAM302',
        `The picture holds ${broken} values that are not finite, which no integer stands for.`,
        'Check the array and its preprocessing, or use the float engine.',
      ),
    ]);
  }
  const bytes = new Int8Array(size);
  const pixels = height * width;
  for (let p = 0; p < pixels; p++) {
    for (let k = 0; k < channels; k++) {
      const q = Math.round(given[k * pixels + p]! / scale[0]!) + zeroPoint;
      bytes[p * channels + k] = Math.min(127, Math.max(-128, q));
    }
  }
  return bytes;
}

/** Scores in real units. */
export function realScores(network: IntegerNetwork, run: IntegerRun): Float32Array {
  const scale = network.tensors.get(network.scores)!.scale[0]!;
  return Float32Array.from(run.scores, (q) => q * scale);
}

/** alpha and the raw map L in real units. */
export function realMap(
  network: IntegerNetwork,
  run: IntegerRun,
): { alpha: Float32Array; map: Float32Array } {
  const explanation = network.explanation!;
  const { alpha, map } = run.explanation!;
  const perClass = explanation.classScale[run.classIndex]!;
  const { alphaScale, mapScale } = explanation;
  return {
    alpha: Float32Array.from(alpha, (q, k) => q * alphaScale[alphaScale.length === 1 ? 0 : k]! * perClass),
    map: Float32Array.from(map, (q) => q * mapScale * perClass),
  };
}
