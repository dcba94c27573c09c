/** Networks with pools by maximum, looked-up activations and stacks of dense layers on the RTL: every write and cycle. */
import { it } from 'vitest';
import { needs } from '../support/tools.ts';
import { expectExactOracle } from './support/oracle-networks.ts';

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
      { array: '4x4', target: undefined },
      { array: '8x16', target: undefined },
    ],
  },
];

needs('verilator')('networks with pools and activations on Verilator', () => {
  for (const { name, runs } of networks) {
    it.each(runs)(
      `${name}, $array, target $target`,
      async (run) => {
        await expectExactOracle({ name, ...run, simulator: 'verilator', pictures: 2 });
      },
      240_000,
    );
  }
});

needs('iverilog')('the smallest one on Icarus', () => {
  // The others take 40 s to minutes each: bench/icarus.ts runs them.
  it('lenet_tanh, 8x8, the last activation as target', async () => {
    await expectExactOracle({
      name: 'lenet_tanh',
      array: '8x8',
      target: '/t2/Tanh_output_0',
      simulator: 'icarus',
    });
  }, 600_000);
});
