/** Networks with pools by maximum, looked-up activations and stacks of dense layers on the RTL: every write and cycle. */
import { expect, it } from 'vitest';
import { analyse } from '../../src/compiler/analyse.ts';
import { compile } from '../../src/compiler/compile.ts';
import { inferKnownShapes } from '../../src/compiler/graph/infer.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { calibrateModel } from '../../src/engine/compile-model.ts';
import { networkInput } from '../../src/engine/fixed.ts';
import { oracleModel } from '../support/models.ts';
import { needs } from '../support/tools.ts';
import { simulateSchedule } from './support/simulation.ts';

/** Targets by tensor name: the default one, one near the input, ones before and behind pools and activations. */
const networks = [
  {
    name: 'vgg_small_fc',
    runs: [
      { array: '16x16', target: undefined },
      { array: '16x16', target: '/f/f.0/Conv_output_0' },
      { array: '8x8', target: '/f/f.8/Relu_output_0' },
      { array: '8x8', target: '/f/f.9/MaxPool_output_0' },
    ],
  },
  {
    name: 'lenet_tanh',
    runs: [
      { array: '16x16', target: '/c1/Conv_output_0' },
      { array: '8x8', target: '/t1/Tanh_output_0' },
      { array: '4x4', target: '/p1/MaxPool_output_0' },
      { array: '4x4', target: '/c2/Conv_output_0' },
      { array: '4x4', target: undefined },
    ],
  },
  {
    name: 'conv_zoo',
    runs: [
      { array: '8x8', target: '/c1/Conv_output_0' },
      { array: '4x4', target: '/c3/Conv_output_0' },
      { array: '8x16', target: '/a2/PRelu_output_0' },
      { array: '8x8', target: undefined },
    ],
  },
];

async function simulateOracle(
  name: string,
  array: string,
  target: string | undefined,
  simulator: 'verilator' | 'icarus',
) {
  const model = oracleModel(`oracles/${name}`);
  const { graph } = inferKnownShapes(readModel(model.bytes).graph);
  const analysis = analyse(graph, { score: model.scoreTensor, ...(target === undefined ? {} : { target }) });
  const pictures = model.inputs.map(({ input }) => model.read(input));
  const calibration = await calibrateModel(analysis, { calibration: pictures });
  const { network, schedule } = compile(analysis, calibration, { name, array });
  const pixels = pictures.map((tensor) => networkInput(network, { tensor }));
  const result = await simulateSchedule(
    schedule,
    [{ pixels: pixels[0]! }, { pixels: pixels[1]!, fixedClass: network.classes - 1 }],
    { simulator },
  );
  expect(result.mismatches).toEqual([]);
  expect(result.passed).toBe(true);
  for (const { inference, explanation } of result.runs)
    expect({ inference, explanation }).toEqual(schedule.cycles);
}

needs('verilator', 'shared models')('networks with pools and activations on Verilator', () => {
  for (const { name, runs } of networks) {
    it.each(runs)(
      `${name}, $array, target $target`,
      ({ array, target }) => simulateOracle(name, array, target, 'verilator'),
      240_000,
    );
  }
});

needs('iverilog', 'shared models')('the small one on Icarus', () => {
  it(
    'lenet_tanh, 8x8, the last activation as target',
    () => simulateOracle('lenet_tanh', '8x8', '/t2/Tanh_output_0', 'icarus'),
    600_000,
  );
});
