import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/compiler/analyse.ts';
import { compile } from '../../src/compiler/compile.ts';
import { inferKnownShapes } from '../../src/compiler/graph/infer.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import type { IntegerNetwork } from '../../src/compiler/quantize/network.ts';
import { schedule } from '../../src/compiler/schedule/schedule.ts';
import { deserialise, serialise } from '../../src/compiler/serialise.ts';
import { calibrateModel } from '../../src/engine/compile-model.ts';
import { oraclePlaces, readOracle } from '../support/oracles.ts';
import '../support/ort.ts';

/** What is committed besides the sample, which the tests of the command line take up again: networks with tables, slopes, pools, groups, depthwise layers, residuals and joined tensors. */
const places = oraclePlaces().flatMap(({ place }) => (place?.model.includes('fixtures') ? [place] : []));

describe('what a build keeps of its network', () => {
  it.each(places)('$name: is read back equal, and gives the same schedule', async (place) => {
    const oracle = readOracle(place);
    const { graph } = inferKnownShapes(readModel(oracle.model).graph);
    const analysis = analyse(graph, { score: oracle.scoreTensor });
    const table = await calibrateModel(analysis, { calibration: [oracle.inputs[0]!.image] });
    const compiled = compile(analysis, table, { name: place.name, array: '8x8' });
    const network = deserialise<IntegerNetwork>(serialise(compiled.network));
    expect(network).toEqual(compiled.network);
    expect(schedule(network, compiled.schedule.shape)).toEqual(compiled.schedule);
  });

  it('refuses an array that could not be read back', () => {
    expect(() => serialise({ values: BigInt64Array.of(1n) })).toThrow('BigInt64Array');
  });
});
