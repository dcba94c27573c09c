import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compileKernels, generatedFile, generatedPath } from '../../scripts/support/kernels.ts';
import { analyse } from '../../src/compiler/analyse.ts';
import type { Graph } from '../../src/compiler/graph/ir.ts';
import { preprocessingPresets } from '../../src/compiler/input/preprocessing.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { execute } from '../../src/compiler/quantize/executor.ts';
import type { IntegerNetwork } from '../../src/compiler/quantize/network.ts';
import { defaultQuantiseOptions } from '../../src/compiler/quantize/options.ts';
import { quantise } from '../../src/compiler/quantize/quantise.ts';
import { calibrateModel } from '../../src/engine/compile-model.ts';
import { networkInput } from '../../src/engine/fixed.ts';
import { createIntegerEngine } from '../../src/engine/integer.ts';
import { Measured } from '../../src/engine/measured.ts';
import { randomNetwork } from '../compiler/quantize/random-network.ts';
import { cifarPictures, toTensor } from '../support/cifar.ts';
import { oraclePlaces, readOracle } from '../support/oracles.ts';
import { sharedModels } from '../support/shared.ts';
import { everyTarget } from '../support/targets.ts';
import { needs } from '../support/tools.ts';
import '../support/ort.ts';

/** Names of everything in which the engine differs from the executor: tensors, masks, answers. */
function differences(net: IntegerNetwork, image: Int8Array, classIndex?: number): string[] {
  const options = classIndex === undefined ? {} : { classIndex };
  const expected = execute(net, image, options);
  const engine = createIntegerEngine(net);
  // Twice: nothing of one run may leak into the next.
  engine.run(image.map((v) => ~v));
  const found = engine.run(image, options);
  const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    a.length === b.length && Array.from(a).every((v, i) => v === b[i]);
  const names = [...expected.tensors]
    .filter(([name, v]) => !same(v, engine.tensor(name)))
    .map(([name]) => name);
  const masks = [...expected.masks].filter(([name, v]) => !same(v, engine.mask(name))).map(([name]) => name);
  const answers = [
    found.topClass === expected.topClass && found.classIndex === expected.classIndex ? [] : ['class'],
    same(found.scores, expected.scores) ? [] : ['scores'],
    same(found.explanation!.alpha, expected.explanation!.alpha) ? [] : ['alpha'],
    same(found.explanation!.map, expected.explanation!.map) ? [] : ['map'],
  ].flat();
  return [...names, ...masks, ...answers];
}

describe('integer engine against the executor, bit for bit', () => {
  it('on 60 random networks with every kind of layer', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { net, image } = randomNetwork(seed);
      expect(differences(net, image), `seed ${seed}`).toEqual([]);
      expect(differences(net, image, net.classes - 1), `seed ${seed}, last class`).toEqual([]);
    }
  });

  // The default target has the cheapest gradient there is, the first activation's goes back through every layer.
  const targetsOf = (graph: Graph) => [undefined, everyTarget(graph)[0]!];

  const check = async (graph: Graph, image: Float32Array, targets: readonly (string | undefined)[]) => {
    const seen = new Set<string>();
    const measured = new Measured();
    for (const [i, target] of targets.entries()) {
      const analysis = analyse(graph, target === undefined ? {} : { target });
      const table = await calibrateModel(analysis, { calibration: [image], measured });
      const gradientBits = i % 2 ? 8 : 16;
      const net = quantise(analysis.source, table, { ...defaultQuantiseOptions, gradientBits });
      expect(differences(net, networkInput(net, { tensor: image }) as Int8Array), target).toEqual([]);
      for (const { phase } of net.layers) seen.add(phase);
    }
    // A backward pass has been compared, too.
    expect([...seen].sort()).toEqual(['gradient', 'heatmap', 'inference']);
  };

  const places = oraclePlaces();
  // Depthwise convolutions, dense connections, branches: all of their activations as targets.
  const everywhere = new Set(['mobilenetv2_small', 'densenet_small', 'inception_like']);
  const committed = places.filter(({ place }) => place && !place.folder.startsWith(sharedModels() ?? '//'));
  it.each(committed)(
    'on $name, every target that has an answer or every one there is, and the first activation',
    async ({ name, place }) => {
      const { model, inputs, targets } = readOracle(place!);
      const { graph } = readModel(model);
      const more = everywhere.has(name) ? everyTarget(graph) : targets;
      await check(graph, inputs[0]!.image, [...new Set([...targetsOf(graph), ...more])]);
    },
    300_000,
  );

  needs('shared models')('on the shared models', () => {
    it.each(places.filter((p) => !committed.includes(p)))(
      '$name: the default target and the first activation',
      async ({ place }) => {
        const { model, inputs } = readOracle(place!);
        const { graph } = readModel(model);
        await check(graph, inputs[0]!.image, targetsOf(graph));
      },
      300_000,
    );

    it.each(['model_qdq.onnx', 'model_qlinear_ort.onnx'])(
      'ResNet-8, %s: the default target and the first activation',
      async (file) => {
        const folder = join(sharedModels()!, 'quantised/mlperf_tiny_resnet8_cifar10');
        const { graph } = readModel(readFileSync(join(folder, file)));
        const { pixels } = cifarPictures().test[0]!;
        await check(graph, toTensor(pixels, preprocessingPresets.raw), targetsOf(graph));
      },
      300_000,
    );
  });

  it('refuses an image of the wrong size or type', () => {
    const { net } = randomNetwork(1);
    const engine = createIntegerEngine(net);
    expect(() => engine.run(Int8Array.of(1))).toThrow('image has 1 bytes');
    expect(() => engine.run(new Uint8Array(net.input.padding.length * 81))).toThrow(/expected|expects/);
  });
});

describe('compiled kernels', () => {
  it('are those of the source (else: npx tsx scripts/kernels.ts)', async () => {
    const written = readFileSync(generatedPath, 'utf8');
    const base64 = (text: string) => /'([A-Za-z0-9+/=]+)'/.exec(text)?.[1];
    expect(base64(written)).toBe(base64(generatedFile(await compileKernels())));
  });
});
