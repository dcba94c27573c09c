/** The committed networks of `test/fixtures/oracles` on the RTL: compiled, lowered exactly, simulated. */
import { expect } from 'vitest';
import { analyse } from '../../../src/compiler/analyse.ts';
import { compile } from '../../../src/compiler/compile.ts';
import { partsOf } from '../../../src/compiler/emit/top-parameters.ts';
import { inferKnownShapes } from '../../../src/compiler/graph/infer.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { execute } from '../../../src/compiler/quantize/executor.ts';
import { compareLayers } from '../../../src/compiler/schedule/compare.ts';
import { interpret } from '../../../src/compiler/schedule/interpreter.ts';
import type { Report } from '../../../src/compiler/report/report.ts';
import type { Schedule } from '../../../src/compiler/schedule/operation.ts';
import { calibrateModel } from '../../../src/engine/compile-model.ts';
import { networkInput } from '../../../src/engine/fixed.ts';
import type { SimulationResult } from '../../../src/toolchain/simulation.ts';
import type { SimulatorName } from '../../../src/toolchain/simulators.ts';
import { oraclePlaces, readOracle } from '../../support/oracles.ts';
import { simulateSchedule } from './simulation.ts';

export interface OracleSimulation {
  /** Folder of the network. */
  readonly name: string;
  readonly array: string;
  /** By tensor name; the default target where absent. */
  readonly target?: string | undefined;
  readonly simulator: SimulatorName;
  /** Pictures of the network's own, one after the other; every second one explains the last class. */
  readonly pictures?: number;
  /** Leaves out of the engine what the network does not use, as `compile` does; a simulator of its own. */
  readonly ownParts?: boolean;
}

/** The small networks and the array that takes Icarus the least time: few cycles of a small array cost as much as many of a large one. */
export const icarusNetworks = [
  { name: 'lenet_tanh', array: '8x8' },
  { name: 'conv_zoo', array: '8x8' },
  { name: 'mobilenetv2_small', array: '8x8' },
  { name: 'vgg_small_fc', array: '8x16' },
  { name: 'inception_like', array: '8x8' },
  { name: 'resnet8_bn_kept', array: '8x16' },
  { name: 'densenet_small', array: '8x16' },
] as const;

/** Compiles and simulates; what the lowering should give has been compared with the layer-level executor before. */
export async function simulateOracle({
  name,
  array,
  target,
  simulator,
  pictures = 1,
  ownParts = false,
}: OracleSimulation): Promise<{ result: SimulationResult; schedule: Schedule; report: Report }> {
  const oracle = readOracle(oraclePlaces().find((p) => p.name === name)!.place!);
  const images = oracle.inputs.map(({ image }) => image);
  const { graph } = inferKnownShapes(readModel(oracle.model).graph);
  const analysis = analyse(graph, { score: oracle.scoreTensor, ...(target === undefined ? {} : { target }) });
  const table = await calibrateModel(analysis, { calibration: images });
  const { network, schedule, report } = compile(analysis, table, { name, array });
  const runs = images.slice(0, pictures).map((tensor, i) => ({
    pixels: networkInput(network, { tensor }),
    ...(i % 2 === 0 ? {} : { fixedClass: network.classes - 1 }),
  }));
  for (const { pixels, fixedClass } of runs) {
    const reference = execute(network, pixels, fixedClass === undefined ? {} : { classIndex: fixedClass });
    const compared = compareLayers(network, schedule, interpret(schedule, pixels, fixedClass), reference);
    if (compared.differences.length > 0)
      throw new Error(`${name}, ${target}: lowering differs: ${JSON.stringify(compared.differences[0])}`);
  }
  const parts = ownParts ? { parts: partsOf(schedule) } : {};
  return { result: await simulateSchedule(schedule, runs, { simulator, ...parts }), schedule, report };
}

/** Every write, mask, score and map value equal, and the counters as scheduled, without a stall. */
export async function expectExactOracle(simulation: OracleSimulation): Promise<Report> {
  const { result, schedule, report } = await simulateOracle(simulation);
  const { target } = simulation;
  expect(result.mismatches, target).toEqual([]);
  expect(result.passed, target).toBe(true);
  expect(result.runs.length).toBe(simulation.pictures ?? 1);
  for (const run of result.runs) expect(run, target).toMatchObject({ ...schedule.cycles, stall: 0 });
  return report;
}
