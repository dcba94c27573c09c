/** A graph through the whole line: executor, engine and schedule must agree to the bit; what they say beside the float network. */
import { expect } from 'vitest';
import { analyse, type Analysis } from '../../src/compiler/analyse.ts';
import { compile, type Compilation } from '../../src/compiler/compile.ts';
import type { Graph } from '../../src/compiler/graph/ir.ts';
import { execute } from '../../src/compiler/quantize/executor.ts';
import { compareLayers } from '../../src/compiler/schedule/compare.ts';
import { interpret } from '../../src/compiler/schedule/interpreter.ts';
import { calibrateModel } from '../../src/engine/compile-model.ts';
import { networkInput, realMap, realScores } from '../../src/engine/fixed.ts';
import { createIntegerEngine } from '../../src/engine/integer.ts';
import { createTensorRunner } from '../../src/engine/tensors.ts';
import './ort.ts';

export interface Answers {
  readonly scores: ArrayLike<number>;
  readonly alpha: ArrayLike<number>;
  readonly map: ArrayLike<number>;
}

export interface Run {
  readonly classIndex: number;
  readonly fixed: Answers;
  readonly float: Answers;
}

/** Every picture with every class of `classes`; calibrated on the same pictures. */
export async function endToEnd(
  graph: Graph,
  pictures: readonly Float32Array[],
  options: { target?: string; array?: string; classes: readonly number[] },
): Promise<{ analysis: Analysis; compilation: Compilation; runs: Run[] }> {
  const { target, array = '4x4', classes } = options;
  const analysis = analyse(graph, target === undefined ? {} : { target });
  const table = await calibrateModel(analysis, { calibration: pictures });
  const compilation = compile(analysis, table, { name: graph.name, array });
  const { network, schedule } = compilation;
  const { scores, targets } = analysis.model;
  const { alpha, map } = targets[0]!;
  const engine = createIntegerEngine(network);
  const runner = await createTensorRunner(analysis.model, [scores, alpha, map]);
  const runs: Run[] = [];
  try {
    for (const tensor of pictures) {
      const bytes = networkInput(network, { tensor });
      for (const classIndex of classes) {
        const want = execute(network, bytes, { classIndex });
        const got = engine.run(bytes, { classIndex });
        for (const [name, values] of want.tensors)
          expect(String(engine.tensor(name)) === String(values), name).toBe(true);
        for (const [name, values] of want.masks)
          expect(String(engine.mask(name)) === String(values), name).toBe(true);
        const lowered = interpret(schedule, bytes, classIndex);
        expect(compareLayers(network, schedule, lowered, want).differences).toEqual([]);
        const float = await runner.run(tensor, [scores, alpha, map], classIndex);
        runs.push({
          classIndex,
          fixed: { scores: realScores(network, got), ...realMap(network, got) },
          float: { scores: float.get(scores)!, alpha: float.get(alpha)!, map: float.get(map)! },
        });
      }
    }
  } finally {
    await runner.dispose();
  }
  return { analysis, compilation, runs };
}
