/**
 * The small networks on Icarus Verilog: `npx tsx bench/icarus.ts [--network NAME] [--array RxC]`. Runs the RTL on one picture,
 * compares every write, score and map value with the integer network and the counters with the schedule, and prints how
 * long Icarus took. The tests run LeNet-tanh only (14 s of CPU time); conv-zoo takes 42 s, Inception-like 100 s, MobileNetV2-small 140 s,
 * VGG-small 151 s, ResNet-8 323 s and DenseNet-small 653 s, beside other work. Ends with 1 where anything differs.
 */
import { parseArgs } from 'node:util';
import { icarusNetworks, simulateOracle } from '../test/rtl/support/oracle-networks.ts';
import '../test/support/ort.ts';

const { values } = parseArgs({ options: { network: { type: 'string' }, array: { type: 'string' } } });
const chosen = icarusNetworks.filter(({ name }) => values.network === undefined || values.network === name);
if (chosen.length === 0) {
  console.error(`No such network. There are: ${icarusNetworks.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

console.log('| network | array | cycles | writes and results compared | differences | seconds |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const { name, array } of chosen) {
  const shape = values.array ?? array;
  const started = performance.now();
  const { result, schedule } = await simulateOracle({
    name,
    array: shape,
    simulator: 'icarus',
    ownParts: true,
  });
  const seconds = (performance.now() - started) / 1000;
  const [run] = result.runs;
  const counted = run === undefined ? 0 : run.inference + run.explanation;
  const scheduled = schedule.cycles.inference + schedule.cycles.explanation;
  const compared = run === undefined ? 0 : run.activationWrites + run.maskWrites + run.results;
  if (!result.passed || counted !== scheduled) process.exitCode = 1;
  console.log(
    `| ${name} | ${shape} | ${counted} of ${scheduled} | ${compared} | ${result.mismatchCount} | ${seconds.toFixed(0)} |`,
  );
}
