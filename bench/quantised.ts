/**
 * Quantised models imported exactly, against ONNX Runtime with `graphOptimizationLevel: 'disabled'` on the QDQ file:
 * `npx tsx bench/quantised.ts [--pictures 1000]`. Needs the shared models folder.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { analyse } from '../src/compiler/analyse.ts';
import { readModel } from '../src/compiler/onnx/read.ts';
import { argmax } from '../src/compiler/quantize/executor.ts';
import { defaultQuantiseOptions } from '../src/compiler/quantize/options.ts';
import { quantise } from '../src/compiler/quantize/quantise.ts';
import { calibrateModel } from '../src/engine/compile-model.ts';
import { explainFixed } from '../src/engine/fixed.ts';
import { createFloatEngine } from '../src/engine/ort.ts';
import { cifarPictures, spread, toTensor, trainedNetworks } from '../test/support/cifar.ts';
import { sharedModels } from '../test/support/shared.ts';
import '../test/support/ort.ts';

const { values } = parseArgs({ options: { pictures: { type: 'string', default: '1000' } } });
const folder = join(sharedModels()!, 'quantised/mlperf_tiny_resnet8_cifar10');
const { preprocessing } = trainedNetworks[1];
const { test, calibration } = cifarPictures();
const chosen = spread(test, Number(values.pictures));

const reference = await createFloatEngine(readFileSync(join(folder, 'model_qdq.onnx')), {
  optimization: 'disabled',
});
const expected: Float32Array[] = [];
for (const { pixels } of chosen) {
  const data = toTensor(pixels, preprocessing);
  const outputs = await reference.run({ input: { dtype: 'float32', shape: [1, 3, 32, 32], data } });
  expected.push(outputs['logits']!.data as Float32Array);
}
const all = expected.flatMap((scores) => Array.from(scores));
const range = Math.max(...all) - Math.min(...all);

console.log('| file | pictures | same top-1 | largest score error / range | rms / range |');
console.log('| --- | --- | --- | --- | --- |');
for (const file of ['model_qdq.onnx', 'model_qlinear_ort.onnx']) {
  const analysis = analyse(readModel(readFileSync(join(folder, file))).graph);
  const pictures = spread(calibration, 20).map((p) => toTensor(p.pixels, preprocessing));
  const table = await calibrateModel(analysis, { calibration: pictures });
  const network = quantise(analysis.source, table, { ...defaultQuantiseOptions, preprocessing });
  let same = 0;
  const errors: number[] = [];
  for (const [i, { pixels }] of chosen.entries()) {
    const { scores, class: top } = explainFixed(analysis.model, network, { pixels });
    same += Number(top === argmax(expected[i]!));
    errors.push(...scores.map((s, c) => s - expected[i]![c]!));
  }
  const largest = Math.max(...errors.map(Math.abs));
  const rms = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
  const percent = (x: number) => `${(100 * x).toFixed(2)} %`;
  console.log(
    `| ${file} | ${chosen.length} | ${percent(same / chosen.length)} | ${percent(largest / range)} | ${percent(rms / range)} |`,
  );
}
