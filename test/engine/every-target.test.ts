/** Every activation of a network as target: executor, WASM engine and lowered schedule agree, and the map tells what the float one tells. */
import { expect, it } from 'vitest';
import { analyse } from '../../src/compiler/analyse.ts';
import { compile } from '../../src/compiler/compile.ts';
import { inferKnownShapes } from '../../src/compiler/graph/infer.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { argmax, execute } from '../../src/compiler/quantize/executor.ts';
import { compareLayers } from '../../src/compiler/schedule/compare.ts';
import { interpret } from '../../src/compiler/schedule/interpreter.ts';
import { calibrateModel } from '../../src/engine/compile-model.ts';
import { pearson } from '../../src/engine/fidelity.ts';
import { networkInput } from '../../src/engine/fixed.ts';
import { createIntegerEngine } from '../../src/engine/integer.ts';
import { createTensorRunner } from '../../src/engine/tensors.ts';
import { oracleModel } from '../support/models.ts';
import { needs } from '../support/tools.ts';
import { convolutionUtilisation } from '../support/utilisation.ts';

/** Least correlation of alpha with the float one's, over both pictures: these networks are random, their gradients tiny. */
const networks = [
  { name: 'vgg_small_fc', array: '16x16', leastAlpha: 0.9, utilisation: 0.75, convolutions: 0.92 },
  { name: 'lenet_tanh', array: '8x8', leastAlpha: 0.99, utilisation: 0, convolutions: 0 },
  { name: 'conv_zoo', array: '8x16', leastAlpha: 0.95, utilisation: 0, convolutions: 0 },
];

needs('shared models')('every target', () => {
  for (const { name, array, leastAlpha, utilisation, convolutions } of networks) {
    it(`${name} on ${array}`, async () => {
      const model = oracleModel(`oracles/${name}`);
      const { graph } = inferKnownShapes(readModel(model.bytes).graph);
      const pictures = model.inputs.map(({ input }) => model.read(input));
      // A Pad in front of a convolution becomes part of it: its output is no tensor of the network.
      const targets = graph.nodes
        .filter(({ op }) => op !== 'Pad')
        .map(({ outputs }) => outputs[0]!)
        .filter((tensor) => graph.values.get(tensor)?.shape.length === 4);
      expect(targets.length).toBeGreaterThan(5);
      let scoresBefore: string | undefined;
      for (const target of targets) {
        const analysis = analyse(graph, { target, score: model.scoreTensor });
        const table = await calibrateModel(analysis, { calibration: pictures });
        const { network, schedule, report } = compile(analysis, table, { name, array });
        expect(report.utilization.inference, target).toBeGreaterThanOrEqual(utilisation);
        expect(convolutionUtilisation(report), target).toBeGreaterThanOrEqual(convolutions);
        const { scores, targets: derived } = analysis.model;
        const { alpha } = derived[0]!;
        const runner = await createTensorRunner(analysis.model, [alpha, scores]);
        const engine = createIntegerEngine(network);
        try {
          for (const [n, picture] of pictures.entries()) {
            const float = await runner.run(picture, [alpha, scores], -1);
            const classIndex = argmax(float.get(scores)!);
            const bytes = networkInput(network, { tensor: picture });
            const want = execute(network, bytes, { classIndex });
            const { alphaScale } = network.explanation!;
            const real = Array.from(want.explanation!.alpha, (a, k) => a * (alphaScale[k] ?? alphaScale[0]!));
            expect(pearson(real, float.get(alpha)!), `${target}, picture ${n}`).toBeGreaterThan(leastAlpha);
            if (n > 0) continue;
            const got = engine.run(bytes, { classIndex });
            expect(String(got.explanation!.map), target).toBe(String(want.explanation!.map));
            for (const [tensor, values] of want.tensors)
              expect(String(engine.tensor(tensor)) === String(values), `${target}: ${tensor}`).toBe(true);
            const lowered = interpret(schedule, bytes, classIndex);
            expect(compareLayers(network, schedule, lowered, want).differences, target).toEqual([]);
            // Choosing a target never changes the scores.
            scoresBefore ??= String(want.scores);
            expect(String(want.scores), target).toBe(scoresBefore);
          }
        } finally {
          await runner.dispose();
        }
      }
    }, 300_000);
  }
});
