/**
 * Every activation of the trained networks as target, those inside fused stages and before folded batch norms included:
 * compiled, lowered exactly, run on the RTL, with the scores and the inference cycles of the network that explains nothing.
 */
import { expect, it } from 'vitest';
import { analyse } from '../../src/compiler/analyse.ts';
import { compile } from '../../src/compiler/compile.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { compareLayers } from '../../src/compiler/schedule/compare.ts';
import { interpret } from '../../src/compiler/schedule/interpreter.ts';
import { calibrateModel } from '../../src/engine/compile-model.ts';
import { affinePreprocessing } from '../../src/engine/fixed-input.ts';
import { createIntegerEngine } from '../../src/engine/integer.ts';
import { cifarPictures, spread, toTensor } from '../support/cifar.ts';
import { everyTarget, targetNetworks } from '../support/targets.ts';
import { needs } from '../support/tools.ts';
import { simulateSchedule } from './support/simulation.ts';

needs('verilator', 'shared models')('every activation as target, on 16x16', () => {
  it.each(targetNetworks)(
    '$name',
    async ({ name, bytes, preprocessing, targets }) => {
      const { graph } = readModel(bytes());
      const { calibration, test } = cifarPictures();
      const pictures = spread(calibration, 2).map(({ pixels }) => toTensor(pixels, preprocessing));
      const { pixels } = test[0]!;
      const build = async (target: string | undefined) => {
        const analysis = analyse(graph, target === undefined ? { explanation: false } : { target });
        const table = await calibrateModel(analysis, { calibration: pictures });
        const affine = affinePreprocessing(preprocessing, 3);
        return compile(analysis, table, { name, preprocessing: affine, array: '16x16' });
      };
      const plain = await build(undefined);
      const scores = [...interpret(plain.schedule, pixels).scores];
      const chosen = everyTarget(graph);
      expect(chosen.length).toBe(targets);

      for (const target of chosen) {
        const { network, schedule, report } = await build(target);
        const lowered = interpret(schedule, pixels);
        const engine = createIntegerEngine(network);
        const run = engine.run(pixels);
        const tensors = new Map(
          network.layers.map(({ output: { tensor } }) => [tensor, engine.tensor(tensor)]),
        );
        const reference = { ...run, tensors, masks: new Map<string, Uint8Array>() };
        expect(compareLayers(network, schedule, lowered, reference).differences, target).toEqual([]);
        expect([...lowered.scores], target).toEqual(scores);
        expect(report.cycles.inference, target).toBe(plain.report.cycles.inference);
        const result = await simulateSchedule(schedule, [{ pixels }]);
        expect(result.mismatches, target).toEqual([]);
        expect(result.passed, target).toBe(true);
        expect(result.runs[0], target).toMatchObject({ ...schedule.cycles, stall: 0 });
      }
    },
    600_000,
  );
});
