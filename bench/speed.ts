/**
 * The integer engine against ONNX Runtime's float inference, one thread each, on the same pictures in turn:
 * `npx tsx bench/speed.ts [--rounds 200]`. Prints medians and their ratios: inference, and the preview (scores and map of one picture after
 * warm-up, as the heat-map panel asks for them). Bars: 1.0 and 1.1. Needs the shared models folder.
 */
import { parseArgs } from 'node:util';
import { analyse } from '../src/compiler/analyse.ts';
import { readModel } from '../src/compiler/onnx/read.ts';
import { defaultQuantiseOptions } from '../src/compiler/quantize/options.ts';
import { quantise } from '../src/compiler/quantize/quantise.ts';
import { calibrateModel } from '../src/engine/compile-model.ts';
import { quantile } from '../src/engine/fidelity.ts';
import { explainFixed } from '../src/engine/fixed.ts';
import { createIntegerEngine } from '../src/engine/integer.ts';
import { createFloatEngine } from '../src/engine/ort.ts';
import { cifarPictures, spread, toTensor, trainedModel, trainedNetworks } from '../test/support/cifar.ts';
import '../test/support/ort.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '200' } } });
const { test, calibration } = cifarPictures();
const warmUp = 10;

console.log('| network | ONNX Runtime ms | integer inference ms | ratio | preview with map ms | ratio |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const { name, preprocessing } of trainedNetworks) {
  const bytes = trainedModel(name);
  const { graph } = readModel(bytes);
  const analysis = analyse(graph);
  const pictures = spread(calibration, 20).map((p) => toTensor(p.pixels, preprocessing));
  const table = await calibrateModel(analysis, { calibration: pictures });
  const network = quantise(analysis.source, table, { ...defaultQuantiseOptions, preprocessing });
  const engine = createIntegerEngine(network);
  const runtime = await createFloatEngine(bytes);
  const input = graph.inputs[0]!;
  const times: Record<'float' | 'integer' | 'map', number[]> = { float: [], integer: [], map: [] };
  const chosen = spread(test, Number(values.rounds) + warmUp);
  for (const [round, { pixels }] of chosen.entries()) {
    const data = toTensor(pixels, preprocessing);
    const feed = { [input.name]: { dtype: 'float32', shape: input.shape, data } } as const;
    const float = await timed(() => runtime.run(feed));
    const integer = await timed(() => engine.run(pixels, { inferenceOnly: true }));
    const map = await timed(() => explainFixed(analysis.model, network, { pixels }));
    if (round < warmUp) continue;
    times.float.push(float);
    times.integer.push(integer);
    times.map.push(map);
  }
  await runtime.dispose();
  const [float, integer, map] = [times.float, times.integer, times.map].map((t) => quantile(t, 0.5)) as [
    number,
    number,
    number,
  ];
  const ms = (t: number) => t.toFixed(2);
  console.log(
    `| ${name} | ${ms(float)} | ${ms(integer)} | ${ms(integer / float)} | ${ms(map)} | ${ms(map / float)} |`,
  );
}

async function timed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
