/**
 * Depthwise convolutions, ReLU6, batch norms that stand alone and dense connections on the RTL: bit and cycle exact,
 * inference, the default map and maps from deep inside.
 */
import { expect, it } from 'vitest';
import { needs } from '../support/tools.ts';
import { expectExactOracle } from './support/oracle-networks.ts';

const networks = [
  {
    name: 'mobilenetv2_small',
    // Depthwise layers fill a part of the array only.
    utilisation: 0.45,
    targets: [
      undefined,
      '/b/b.1/dw/dw.0/Conv_output_0',
      '/b/b.2/Add_output_0',
      '/b/b.3/ex/ex.2/Clip_output_0',
    ],
  },
  {
    name: 'densenet_small',
    utilisation: 0,
    targets: [
      undefined,
      '/f/f.2/Concat_output_0',
      '/f/f.6/c2/Conv_output_0',
      '/f/f.7/f.7.0/BatchNormalization_output_0',
    ],
  },
  {
    name: 'inception_like',
    utilisation: 0,
    targets: [undefined, '/i1/e/e.0/MaxPool_output_0', '/i1/Concat_output_0', '/red/MaxPool_output_0'],
  },
];

needs('verilator')('networks of other shapes than ResNets, on Verilator', () => {
  it.each(networks)(
    '$name on 16x16',
    async ({ name, targets, utilisation }) => {
      for (const target of targets) {
        const report = await expectExactOracle({ name, target, array: '16x16', simulator: 'verilator' });
        expect(report.utilization.inference, target).toBeGreaterThanOrEqual(utilisation);
      }
    },
    600_000,
  );

  it.each(networks)(
    '$name on 8x16, an oblong array',
    async ({ name, targets }) => {
      await expectExactOracle({ name, target: targets[1], array: '8x16', simulator: 'verilator' });
    },
    600_000,
  );
});
