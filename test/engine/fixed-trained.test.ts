/**
 * The trained networks on a handful of CIFAR-10 pictures (shared models): uint8 input with folded preprocessing.
 * `bench/fidelity.ts` runs 1,000 pictures and every block output; bars here are those of the issue: last-layer map
 * median Pearson 0.99, block output 0.97 at 16 gradient bits. Scores: 30 dB, a noise of 3 %.
 */
import { expect, it } from 'vitest';
import { analyse } from '../../src/compiler/analyse.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { defaultQuantiseOptions } from '../../src/compiler/quantize/options.ts';
import { quantise } from '../../src/compiler/quantize/quantise.ts';
import { calibrateModel } from '../../src/engine/compile-model.ts';
import { pearson, quantile, signalToNoise } from '../../src/engine/fidelity.ts';
import { engineOf, explainFixed } from '../../src/engine/fixed.ts';
import { comparableTensors, layerNoise } from '../../src/engine/layer-noise.ts';
import { createTensorRunner } from '../../src/engine/tensors.ts';
import { cifarPictures, spread, toTensor, trainedModel, trainedNetworks } from '../support/cifar.ts';
import { needs } from '../support/tools.ts';
import '../support/ort.ts';

const [resnet18, resnet8] = trainedNetworks;
const cases = [
  { ...resnet18, target: undefined, bar: 0.99 },
  { ...resnet18, target: '/blocks/blocks.5/relu2/Relu_output_0', bar: 0.97 },
  { ...resnet8, target: undefined, bar: 0.99 },
  { ...resnet8, target: '/activation_4/Relu_output_0', bar: 0.97 },
];

needs('shared models')('trained networks in integers, on CIFAR-10', () => {
  it.each(cases)('$name, target $target', async ({ name, preprocessing, target, bar }) => {
    const { test, calibration } = cifarPictures();
    const { graph } = readModel(trainedModel(name));
    const analysis = analyse(graph, target === undefined ? {} : { target });
    const table = await calibrateModel(analysis, {
      calibration: spread(calibration, 50).map((p) => toTensor(p.pixels, preprocessing)),
    });
    const network = quantise(analysis.source, table, { ...defaultQuantiseOptions, preprocessing });
    const { map } = analysis.model.targets[0]!;
    const names = [...new Set([analysis.model.scores, map, ...comparableTensors(network)])];
    const runner = await createTensorRunner(analysis.model, names);
    const maps: number[] = [];
    const noise: number[] = [];
    for (const { pixels } of spread(test, 20)) {
      const fixed = explainFixed(analysis.model, network, { pixels });
      const float = await runner.run(toTensor(pixels, preprocessing), names, fixed.class);
      noise.push(signalToNoise(fixed.scores, float.get(analysis.model.scores)!));
      const expected = float.get(map)!;
      if (expected.some((v) => v > 0)) maps.push(pearson(fixed.maps[0]!.map, expected));
      // Every layer of inference keeps 20 dB: a wrong scale, pad or residual anywhere would not.
      const layers = layerNoise(engineOf(network), float);
      expect(layers.length).toBeGreaterThanOrEqual(
        network.layers.filter((l) => l.phase === 'inference').length,
      );
      expect(Math.min(...layers.map((l) => l.decibels))).toBeGreaterThan(20);
    }
    await runner.dispose();
    expect(quantile(noise, 0.5)).toBeGreaterThan(30);
    expect(quantile(maps, 0.5)).toBeGreaterThan(bar);
  });
});
