/** Trained networks through the whole pipeline: the lowered schedule computes what the integer network computes. */
import { expect, it } from 'vitest';
import { analyse } from '../../../src/compiler/analyse.ts';
import { compile } from '../../../src/compiler/compile.ts';
import { inferKnownShapes } from '../../../src/compiler/graph/infer.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { execute } from '../../../src/compiler/quantize/executor.ts';
import { interpret } from '../../../src/compiler/schedule/interpreter.ts';
import { unpackTensor } from '../../../src/compiler/schedule/unpack.ts';
import { calibrateModel } from '../../../src/engine/compile-model.ts';
import { oracleModel } from '../../support/models.ts';
import { needs } from '../../support/tools.ts';
import { Random } from './support/random.ts';

/** Utilisation bars at 16x16; targets by tensor name, the default one first. */
const networks = [
  {
    name: 'trained/tiny_resnet18_w16_cifar10',
    bars: { utilisation: 0.95, overhead: 0.002 },
    targets: 1,
  },
  { name: 'trained/mlperf_tiny_resnet8_cifar10', bars: { utilisation: 0.9, overhead: 0.01 }, targets: 2 },
  { name: 'oracles/resnet8_bn_kept', bars: { utilisation: 0.9, overhead: 0.01 }, targets: 1 },
];

needs('shared models')('trained networks at 16x16', () => {
  for (const { name, bars, targets } of networks) {
    it(`${name}: default target and ${targets} more, every tensor equal`, async () => {
      const model = oracleModel(name);
      const { graph } = inferKnownShapes(readModel(model.bytes).graph);
      const calibration = model.inputs.slice(0, 2).map(({ input }) => model.read(input));
      // Spread over the depth of the network: results of convolutions and additions.
      const candidates = graph.nodes
        .filter((node) => ['Conv', 'Add', 'Relu', 'BatchNormalization'].includes(node.op))
        .map((node) => node.outputs[0]!);
      const step = candidates.length / targets;
      const chosen = Array.from({ length: targets }, (_, n) => candidates[Math.floor(n * step)]!);
      const random = new Random(7);

      for (const target of [undefined, ...chosen]) {
        const options = { score: model.scoreTensor, ...(target === undefined ? {} : { target }) };
        const analysis = analyse(graph, options);
        const table = await calibrateModel(analysis, { calibration });
        const { network, schedule, report } = compile(analysis, table, { name, array: '16x16' });
        expect(report.utilization.inference).toBeGreaterThanOrEqual(bars.utilisation);
        if (target === undefined) expect(report.cycles.overhead).toBeLessThanOrEqual(bars.overhead);

        const pixels = Int8Array.from({ length: 3072 }, () => random.integer(-128, 127));
        const got = interpret(schedule, pixels);
        const want = execute(network, pixels);
        expect([...got.scores]).toEqual([...want.scores]);
        expect([...got.map]).toEqual([...want.explanation!.map]);
        for (const layer of network.layers) {
          const tensor = network.tensors.get(layer.output.tensor)!;
          if (tensor.bits === 32) continue;
          const written = unpackTensor(schedule, got, layer.name, tensor);
          expect(String(written) === String([...want.tensors.get(tensor.name)!]), layer.name).toBe(true);
        }
      }
    }, 120_000);
  }
});
