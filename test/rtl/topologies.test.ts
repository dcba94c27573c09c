/**
 * Depthwise convolutions, ReLU6, batch norms that stand alone and dense connections on the RTL: bit and cycle exact,
 * inference, the default map and maps from deep inside.
 */
import { expect, it } from 'vitest';
import { analyse } from '../../src/compiler/analyse.ts';
import { compile } from '../../src/compiler/compile.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { execute } from '../../src/compiler/quantize/executor.ts';
import { compareLayers } from '../../src/compiler/schedule/compare.ts';
import { interpret } from '../../src/compiler/schedule/interpreter.ts';
import { calibrateModel } from '../../src/engine/compile-model.ts';
import { networkInput } from '../../src/engine/fixed.ts';
import { oraclePlaces, readOracle } from '../support/oracles.ts';
import { needs } from '../support/tools.ts';
import { simulateSchedule } from './support/simulation.ts';

const networks = [
  {
    name: 'mobilenetv2_small',
    targets: [
      undefined,
      '/b/b.1/dw/dw.0/Conv_output_0',
      '/b/b.2/Add_output_0',
      '/b/b.3/ex/ex.2/Clip_output_0',
    ],
  },
  {
    name: 'densenet_small',
    targets: [
      undefined,
      '/f/f.2/Concat_output_0',
      '/f/f.6/c2/Conv_output_0',
      '/f/f.7/f.7.0/BatchNormalization_output_0',
    ],
  },
  {
    name: 'inception_like',
    targets: [undefined, '/i1/e/e.0/MaxPool_output_0', '/i1/Concat_output_0', '/red/MaxPool_output_0'],
  },
];

async function check(
  name: string,
  target: string | undefined,
  array: string,
  simulator: 'verilator' | 'icarus',
) {
  const oracle = readOracle(oraclePlaces().find((p) => p.name === name)!.place!);
  const { image } = oracle.inputs[0]!;
  const analysis = analyse(readModel(oracle.model).graph, target === undefined ? {} : { target });
  const table = await calibrateModel(analysis, { calibration: [image] });
  const { network, schedule } = compile(analysis, table, { name, array });
  const pixels = networkInput(network, { tensor: image });
  const { differences } = compareLayers(
    network,
    schedule,
    interpret(schedule, pixels),
    execute(network, pixels),
  );
  expect(differences, target).toEqual([]);
  const result = await simulateSchedule(schedule, [{ pixels }], { simulator });
  expect(result.mismatches, target).toEqual([]);
  expect(result.passed, target).toBe(true);
  expect(result.runs[0], target).toMatchObject({ ...schedule.cycles, stall: 0 });
}

needs('verilator')('networks of other shapes than ResNets, on Verilator', () => {
  it.each(networks)(
    '$name on 16x16',
    async ({ name, targets }) => {
      for (const target of targets) await check(name, target, '16x16', 'verilator');
    },
    600_000,
  );

  it.each(networks)(
    '$name on 8x16, an oblong array',
    async ({ name, targets }) => check(name, targets[1], '8x16', 'verilator'),
    600_000,
  );
});
