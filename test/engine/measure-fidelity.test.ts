/** The fidelity report finds what is wrong with a network, and where. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { analyse, type Analysis } from '../../src/compiler/analyse.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import type { IntegerNetwork } from '../../src/compiler/quantize/network.ts';
import { defaultQuantiseOptions } from '../../src/compiler/quantize/options.ts';
import { quantise } from '../../src/compiler/quantize/quantise.ts';
import { calibrateModel } from '../../src/engine/compile-model.ts';
import { affinePreprocessing, inputOfTensor } from '../../src/engine/fixed-input.ts';
import { fidelityPictures, measureFidelity } from '../../src/engine/measure-fidelity.ts';
import { preprocessingPresets } from '../../src/compiler/input/preprocessing.ts';
import { sample } from '../cli/support.ts';
import { toTensor } from '../support/cifar.ts';
import { maxDifference, oraclePlaces, readOracle } from '../support/oracles.ts';
import '../support/ort.ts';

const oracle = readOracle(oraclePlaces().find((p) => p.name === 'tiny_resnet18 (sample)')!.place!);
const pictures = oracle.inputs.map((i) => ({ tensor: i.image }));
let analysis: Analysis;
let network: IntegerNetwork;

beforeAll(async () => {
  analysis = analyse(readModel(readFileSync(sample)).graph);
  const table = await calibrateModel(analysis, { calibration: pictures.map((p) => p.tensor) });
  network = quantise(analysis.source, table, defaultQuantiseOptions);
});

describe('measureFidelity', () => {
  it('finds a well quantised network faithful, and says on how many pictures', async () => {
    const { report, each } = await measureFidelity(analysis.model, network, pictures);
    expect(report.pictures).toBe(4);
    expect(report.top1Agreement).toBe(1);
    expect(report.scores.decibels).toBeGreaterThan(25);
    expect(report.scores.largestError).toBeLessThan(0.05);
    const { map } = report;
    expect(map).toMatchObject({ target: '/blocks/blocks.7/relu2/Relu_output_0', maps: 4, zeroMaps: 0 });
    expect(map!.pearson.median).toBeGreaterThan(0.99);
    expect(map!.iou.median).toBeGreaterThan(0.7);
    // 35 M MACs: both maps of these are tried by perturbation, and nearly equal maps get nearly equal curves.
    expect(map!.perturbation!.pictures).toBe(fidelityPictures(network).perturbations);
    const { insertion, deletion } = map!.perturbation!;
    expect(Math.abs(insertion.fixed - insertion.float)).toBeLessThan(0.1);
    expect(Math.abs(deletion.fixed - deletion.float)).toBeLessThan(0.1);
    // The float side is torch's: its scores, from another program.
    each.forEach((p, i) => expect(maxDifference(p.scores.float, oracle.inputs[i]!.score)).toBeLessThan(1e-3));
    expect(report.layers.length).toBeGreaterThanOrEqual(network.layers.length - 1);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('points at the layer that loses the signal', async () => {
    const broken = '/blocks/blocks.3/conv1/Conv';
    const layers = network.layers.map((layer) =>
      layer.name === broken
        ? {
            ...layer,
            output: { ...layer.output, multiplier: layer.output.multiplier.map((m, k) => (k % 2 ? 0 : m)) },
          }
        : layer,
    );
    const { report } = await measureFidelity(analysis.model, { ...network, layers }, pictures);
    const at = report.layers.findIndex((l) => l.decibels! < 15);
    expect(report.layers[at]!.layer).toBe(broken);
  });

  it('takes no more pictures than the network allows', () => {
    const [layer] = network.layers;
    const large = { ...network, layers: [{ ...layer!, macs: 5e9 }] };
    expect(fidelityPictures(large)).toEqual({ pictures: 4, perturbations: 1 });
    const small = { ...network, layers: [{ ...layer!, macs: 1e5 }] };
    expect(fidelityPictures(small)).toEqual({ pictures: 16, perturbations: 2 });
  });

  it('stops when cancelled', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(measureFidelity(analysis.model, network, pictures, { signal })).rejects.toThrow('enough');
  });
});

it('inputOfTensor gives back the pixels that a tensor was made from', () => {
  const pixels = Uint8Array.from({ length: 3072 }, (_, i) => (i * 37) % 256);
  const how = preprocessingPresets.cifar10;
  const input = inputOfTensor(
    { ...network, input: { ...network.input, format: 'uint8' } },
    toTensor(pixels, how),
    affinePreprocessing(how, 3),
  );
  expect(input.pixels).toEqual(pixels);
});
