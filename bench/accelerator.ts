/**
 * The named networks on the RTL: `npx tsx bench/accelerator.ts [--network NAME] [--array 16x16]`. Simulates one picture on
 * Verilator and prints what the counters of `camber_top` say beside the schedule, how many writes, masks, scores and map
 * values were compared and differ, and utilisation and overhead. Ends with 1 where anything differs.
 */
import { parseArgs } from 'node:util';
import { simulateOracle } from '../test/rtl/support/oracle-networks.ts';
import '../test/support/ort.ts';
import { convolutionUtilisation } from '../test/support/utilisation.ts';

const names = [
  'tiny_resnet18 (sample)',
  'resnet8_bn_kept',
  'vgg_small_fc',
  'mobilenetv2_small',
  'densenet_small',
  'inception_like',
  'lenet_tanh',
  'conv_zoo',
];
const { values } = parseArgs({
  options: { network: { type: 'string' }, array: { type: 'string', default: '16x16' } },
});
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

console.log(
  '| network | inference, counted of scheduled | explanation | compared | differences | utilisation | its convolutions | overhead |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const name of names) {
  if (values.network !== undefined && values.network !== name) continue;
  const { array } = values;
  const { result, schedule, report } = await simulateOracle({ name, array, simulator: 'verilator' });
  const { cycles } = schedule;
  const [run] = result.runs;
  if (!result.passed || run?.inference !== cycles.inference || run.explanation !== cycles.explanation)
    process.exitCode = 1;
  const compared = run && run.activationWrites + run.maskWrites + run.results;
  const shares = [report.utilization.inference, convolutionUtilisation(report)].map(percent).join(' | ');
  console.log(
    `| ${name} | ${run?.inference} of ${cycles.inference} | ${run?.explanation} of ${cycles.explanation} | ${compared} | ${result.mismatchCount} | ${shares} | ${report.cycles.overhead.toFixed(5)} |`,
  );
}
