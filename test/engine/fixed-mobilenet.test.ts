/**
 * The MobileNetV2 oracle (depthwise, ReLU6) in integers against ONNX Runtime on 100 procedural pictures, calibrated on
 * 50 others. Bars of the issue: scores 20 dB, last-layer map median Pearson 0.97.
 */
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/compiler/analyse.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { defaultQuantiseOptions } from '../../src/compiler/quantize/options.ts';
import { quantise } from '../../src/compiler/quantize/quantise.ts';
import { calibrateModel } from '../../src/engine/compile-model.ts';
import { mapFidelity, quantile, signalToNoise } from '../../src/engine/fidelity.ts';
import { explainFixed } from '../../src/engine/fixed.ts';
import { createTensorRunner } from '../../src/engine/tensors.ts';
import { oraclePlaces, readOracle } from '../support/oracles.ts';
import { proceduralPicture } from '../support/procedural.ts';
import '../support/ort.ts';

const oracle = readOracle(oraclePlaces().find(({ name }) => name === 'mobilenetv2_small')!.place!);
const { shape } = oracle.inputs[0]!;
const pictures = (count: number, first: number) =>
  Array.from({ length: count }, (_, i) => proceduralPicture(first + i, shape));

/** Standard deviation, and correlation of pixels 1, 4 and 8 columns apart, averaged over channels. */
function statistics(images: readonly Float32Array[]): number[] {
  const [, , height, width] = shape as [number, number, number, number];
  const size = height * width;
  const channels = images.flatMap((image) =>
    Array.from({ length: image.length / size }, (_, c) => image.subarray(c * size, (c + 1) * size)),
  );
  const found = channels.map((values) => {
    const mean = values.reduce((a, b) => a + b, 0) / size;
    const product = (lag: number) => {
      let sum = 0;
      for (let i = 0; i < size; i++)
        if ((i % width) + lag < width) sum += (values[i]! - mean) * (values[i + lag]! - mean);
      return sum / (height * (width - lag));
    };
    const variance = product(0);
    return [Math.sqrt(variance), ...[1, 4, 8].map((lag) => product(lag) / variance)];
  });
  return found[0]!.map((_, k) => found.reduce((sum, f) => sum + f[k]!, 0) / found.length);
}

describe('MobileNetV2 in integers, on procedural pictures', () => {
  it('makes pictures like those of the oracle', () => {
    const expected = statistics(oracle.inputs.map((i) => i.image));
    for (const [k, value] of statistics(pictures(20, 1)).entries())
      expect(Math.abs(value - expected[k]!)).toBeLessThan(0.1);
  });

  it('keeps scores and last-layer maps of 100 pictures', async () => {
    const analysis = analyse(readModel(oracle.model).graph);
    const table = await calibrateModel(analysis, { calibration: pictures(50, 10_001) });
    const network = quantise(analysis.source, table, defaultQuantiseOptions);
    const { map } = analysis.model.targets[0]!;
    const names = [analysis.model.scores, map];
    const runner = await createTensorRunner(analysis.model, names);
    const [fixedScores, floatScores]: [number[], number[]] = [[], []];
    const maps: number[] = [];
    for (const image of pictures(100, 1)) {
      const fixed = explainFixed(analysis.model, network, { tensor: image });
      const float = await runner.run(image, names, fixed.class);
      fixedScores.push(...fixed.scores);
      floatScores.push(...float.get(analysis.model.scores)!);
      const fidelity = mapFidelity(fixed.maps[0]!.map, float.get(map)!);
      if (fidelity) maps.push(fidelity.pearson);
    }
    await runner.dispose();
    // Maps that are zero in float have no correlation; they must be few for the median to say something.
    expect(maps.length).toBeGreaterThan(50);
    expect(signalToNoise(fixedScores, floatScores)).toBeGreaterThanOrEqual(20);
    expect(quantile(maps, 0.5)).toBeGreaterThanOrEqual(0.97);
  });
});
