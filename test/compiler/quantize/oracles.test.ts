/**
 * Integer networks against torch's scores, alpha and maps (oracle.json), calibrated on the oracle's own inputs.
 *
 * Bars: rounding to 8 bits adds noise, a wrong lowering leaves no resemblance (0 dB and below, no correlation).
 * Scores: 25 dB, a noise of 6 %. alpha: 10 dB for every picture and class, since one flipped mask bit near zero may
 * cost a third of a small gradient; 40 dB where it is a row of rounded weights. Maps: median Pearson over a target's
 * pictures as in `bars`; at the last layer 0.95 each.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse, type Analysis } from '../../../src/compiler/analyse.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { execute } from '../../../src/compiler/quantize/executor.ts';
import type { CalibrationTable } from '../../../src/compiler/quantize/calibration.ts';
import type { IntegerNetwork } from '../../../src/compiler/quantize/network.ts';
import { defaultQuantiseOptions } from '../../../src/compiler/quantize/options.ts';
import { quantise } from '../../../src/compiler/quantize/quantise.ts';
import { calibrateModel } from '../../../src/engine/compile-model.ts';
import { pearson, quantile, signalToNoise } from '../../../src/engine/fidelity.ts';
import { explainFixed, networkInput } from '../../../src/engine/fixed.ts';
import { maxAbs, oraclePlaces, readOracle, type Oracle } from '../../support/oracles.ts';
import '../../support/ort.ts';

/** Median correlation of maps: at the last layer, and below it. With random weights it falls with the layers between. */
const bars: Readonly<Record<string, { readonly last: number; readonly deep: number }>> = {
  resnet8_bn_kept: { last: 0.99, deep: 0.95 },
  'tiny_resnet18 (sample)': { last: 0.99, deep: 0.95 },
  mobilenetv2_small: { last: 0.97, deep: 0.9 },
  densenet_small: { last: 0.97, deep: 0.85 },
  inception_like: { last: 0.97, deep: 0.95 },
};
const nameOf = (t: string) => t.split('/').slice(1).join('/');

for (const { name, place } of oraclePlaces().filter((p) => p.name in bars)) {
  const oracle: Oracle = readOracle(place!);
  const { graph } = readModel(oracle.model);

  describe.each(oracle.targets.map((t) => [nameOf(t), t]))(`${name}: %s`, (_, target) => {
    let analysis: Analysis;
    let calibration: CalibrationTable;
    let network: IntegerNetwork;

    beforeAll(async () => {
      analysis = analyse(graph, { target });
      calibration = await calibrateModel(analysis, { calibration: oracle.inputs.map((i) => i.image) });
      network = quantise(analysis.source, calibration, defaultQuantiseOptions);
    });
    afterAll(() => {
      network = undefined!;
    });

    it('gives scores, alpha and maps like torch', () => {
      const alphas: number[] = [];
      const maps: number[] = [];
      for (const input of oracle.inputs) {
        for (const cam of input.cams.filter((c) => c.onnx_tensor === target)) {
          const run = explainFixed(analysis.model, network, { tensor: input.image }, cam.cls);
          expect(signalToNoise(run.scores, input.score)).toBeGreaterThan(25);
          alphas.push(signalToNoise(run.maps[0]!.alpha!, oracle.alpha(cam)));
          const map = oracle.map(cam);
          if (maxAbs(map) > 0) maps.push(pearson(run.maps[0]!.map, map));
        }
      }
      expect(Math.min(...alphas)).toBeGreaterThan(10);
      if (network.explanation!.gradient === 'constant') {
        // Nothing but rounding of one row of weights.
        expect(Math.min(...alphas)).toBeGreaterThan(40);
        expect(Math.min(...maps)).toBeGreaterThan(0.95);
        expect(quantile(maps, 0.5)).toBeGreaterThan(bars[name]!.last);
      } else {
        expect(quantile(maps, 0.5)).toBeGreaterThan(bars[name]!.deep);
      }
    });

    it('proves every accumulator to fit 32 bits, and reports the bits', () => {
      for (const layer of network.layers) {
        expect(layer.accumulatorBits).toBeLessThanOrEqual(32);
        expect(layer.accumulatorBits).toBeGreaterThan(1);
      }
    });

    it('keeps every integer inside its storage', () => {
      const run = execute(network, networkInput(network, { tensor: oracle.inputs[0]!.image }));
      const limits = { 8: 128, 16: 32639, 32: 2 ** 31 };
      for (const [tensor, values] of run.tensors) {
        const { bits } = network.tensors.get(tensor)!;
        expect(maxAbs(values)).toBeLessThanOrEqual(limits[bits]);
      }
    });
  });
}
