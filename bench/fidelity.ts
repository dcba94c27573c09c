/**
 * How faithful the integer networks are: `npx tsx bench/fidelity.ts [--top1 1000] [--maps 200] [--bits 16,8]`.
 *
 * Top-1 of float and fixed on CIFAR-10 test pictures, and per target the agreement of the heat maps: last layer and
 * every block output, calibrated on the 200 training pictures. Needs the shared models folder.
 */
import { parseArgs } from 'node:util';
import { analyse } from '../src/compiler/analyse.ts';
import type { Graph } from '../src/compiler/graph/ir.ts';
import { readModel } from '../src/compiler/onnx/read.ts';
import { argmax } from '../src/compiler/quantize/executor.ts';
import { defaultQuantiseOptions } from '../src/compiler/quantize/options.ts';
import { quantise } from '../src/compiler/quantize/quantise.ts';
import { calibrateModel } from '../src/engine/compile-model.ts';
import { mapFidelity, quantile, signalToNoise, type MapFidelity } from '../src/engine/fidelity.ts';
import { engineOf, explainFixed, realScores } from '../src/engine/fixed.ts';
import { createTensorRunner } from '../src/engine/tensors.ts';
import { cifarPictures, spread, toTensor, trainedModel, trainedNetworks } from '../test/support/cifar.ts';
import { blockOutputs } from '../test/support/targets.ts';
import '../test/support/ort.ts';

const { values } = parseArgs({
  options: {
    top1: { type: 'string', default: '1000' },
    maps: { type: 'string', default: '200' },
    bits: { type: 'string', default: '16,8' },
    model: { type: 'string' },
  },
});
const { test, calibration } = cifarPictures();
const percent = (x: number) => `${(100 * x).toFixed(1)} %`;

for (const { name, preprocessing } of trainedNetworks.filter(
  (n) => !values.model || n.name.includes(values.model),
)) {
  const { graph } = readModel(trainedModel(name));
  const pictures = calibration.map((p) => toTensor(p.pixels, preprocessing));
  await reportTop1(name, graph, pictures, preprocessing);
  console.log(
    '\n| target | bits | maps | zero | Pearson median | 5 % | Spearman median | top-20 % IoU median |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const target of blockOutputs(graph)) await reportMaps(graph, target, pictures, preprocessing);
}

type Preprocessing = (typeof trainedNetworks)[number]['preprocessing'];

async function reportTop1(
  name: string,
  graph: Graph,
  pictures: Float32Array[],
  preprocessing: Preprocessing,
) {
  const analysis = analyse(graph, { explanation: false });
  const table = await calibrateModel(analysis, { calibration: pictures });
  const network = quantise(analysis.source, table, { ...defaultQuantiseOptions, preprocessing });
  const runner = await createTensorRunner(analysis.model, [analysis.model.scores]);
  let [right, rightFixed, agree] = [0, 0, 0];
  const [all, allFixed]: [number[], number[]] = [[], []];
  const chosen = spread(test, Number(values.top1));
  for (const { pixels, label } of chosen) {
    const scores = (await runner.run(toTensor(pixels, preprocessing), [analysis.model.scores], -1)).get(
      analysis.model.scores,
    )!;
    const fixed = engineOf(network).run(pixels, { inferenceOnly: true });
    const top = argmax(scores);
    right += Number(top === label);
    rightFixed += Number(fixed.topClass === label);
    agree += Number(top === fixed.topClass);
    all.push(...scores);
    allFixed.push(...realScores(network, fixed));
  }
  await runner.dispose();
  const n = chosen.length;
  console.log(`\n## ${name}, ${n} pictures\n`);
  console.log(
    `top-1 float ${percent(right / n)}, fixed ${percent(rightFixed / n)}, agreement ${percent(agree / n)}, `,
  );
  console.log(`scores' signal-to-noise ${signalToNoise(allFixed, all).toFixed(1)} dB`);
}

async function reportMaps(
  graph: Graph,
  target: string,
  pictures: Float32Array[],
  preprocessing: Preprocessing,
) {
  const analysis = analyse(graph, { target });
  const table = await calibrateModel(analysis, { calibration: pictures });
  const { map } = analysis.model.targets[0]!;
  const runner = await createTensorRunner(analysis.model, [map]);
  const chosen = spread(test, Number(values.maps));
  const maps: Float32Array[] = [];
  for (const { pixels } of chosen)
    maps.push((await runner.run(toTensor(pixels, preprocessing), [map], -1)).get(map)!);
  await runner.dispose();
  const constant = analysis.model.targets[0]!.gradient === 'constant';
  for (const bits of constant ? [16] : values.bits.split(',').map((b) => (b === '8' ? 8 : 16))) {
    const network = quantise(analysis.source, table, {
      ...defaultQuantiseOptions,
      gradientBits: bits as 8 | 16,
      preprocessing,
    });
    const found = chosen.map(({ pixels }, i) =>
      mapFidelity(explainFixed(analysis.model, network, { pixels }).maps[0]!.map, maps[i]!),
    );
    const real = found.filter((f): f is MapFidelity => f !== undefined);
    const of = (key: keyof MapFidelity, share: number) =>
      quantile(
        real.map((f) => f[key]),
        share,
      ).toFixed(4);
    console.log(
      `| ${target} | ${constant ? '-' : bits} | ${real.length} | ${found.length - real.length} | ${of('pearson', 0.5)} | ${of('pearson', 0.05)} | ${of('spearman', 0.5)} | ${of('iou', 0.5)} |`,
    );
  }
}
