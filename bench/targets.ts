/**
 * Every activation as target: `npx tsx bench/targets.ts [--network NAME] [--array 16x16] [--bits 8|16]`. Prints explanation
 * cycles and overhead beside the sum of the operations' bounds, each operation's bound being
 * max(array slots / MACs per cycle, weight bytes / weight-port bytes per cycle). Needs the shared models folder.
 */
import { parseArgs } from 'node:util';
import { analyse } from '../src/compiler/analyse.ts';
import { compile } from '../src/compiler/compile.ts';
import { readModel } from '../src/compiler/onnx/read.ts';
import { explanationBound } from '../src/compiler/report/bound.ts';
import { affinePreprocessing } from '../src/engine/fixed-input.ts';
import { calibrateModel } from '../src/engine/compile-model.ts';
import { cifarPictures, spread, toTensor } from '../test/support/cifar.ts';
import { everyTarget, targetNetworks } from '../test/support/targets.ts';
import '../test/support/ort.ts';

const { values } = parseArgs({
  options: {
    network: { type: 'string' },
    array: { type: 'string', default: '16x16' },
    bits: { type: 'string' },
  },
});
const widths = values.bits === undefined ? ([8, 16] as const) : ([Number(values.bits) as 8 | 16] as const);
const { calibration } = cifarPictures();

for (const { name, bytes, preprocessing } of targetNetworks) {
  if (values.network !== undefined && values.network !== name) continue;
  const { graph } = readModel(bytes());
  const pictures = spread(calibration, 3).map(({ pixels }) => toTensor(pixels, preprocessing));
  console.log(`\n${name}, ${values.array}\n`);
  console.log(
    '| target | gradient | bits | inference | explanation | overhead | bound | ratio | 1.15 bound + 500 |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const target of everyTarget(graph)) {
    const analysis = analyse(graph, { target });
    const table = await calibrateModel(analysis, { calibration: pictures });
    for (const gradientBits of widths) {
      const { network, schedule, report } = compile(analysis, table, {
        name,
        array: values.array,
        gradientBits,
        preprocessing: affinePreprocessing(preprocessing, 3),
      });
      const { inference, explanation, overhead } = report.cycles;
      const bound = explanationBound(network, schedule);
      const within = explanation <= 1.15 * bound + 500 ? 'within' : 'BEYOND';
      console.log(
        `| ${target} | ${network.explanation!.gradient} | ${gradientBits} | ${inference} | ${explanation} | ` +
          `${overhead.toFixed(5)} | ${bound} | ${(explanation / bound).toFixed(3)} | ${within} |`,
      );
    }
  }
}
