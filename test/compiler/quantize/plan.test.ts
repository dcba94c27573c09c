import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/compiler/analyse.ts';
import { CompileError } from '../../../src/compiler/diagnostics.ts';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { forwardOperators, planForward } from '../../../src/compiler/quantize/plan/forward.ts';
import { planNetwork } from '../../../src/compiler/quantize/plan/network.ts';
import { oraclePlaces, readOracle } from '../../support/oracles.ts';

const oracle = (name: string) => readOracle(oraclePlaces().find((p) => p.name === name)!.place!);

describe('planning', () => {
  it('fuses bias, residual add and ReLU into convolutions, each node once', () => {
    const { model, scoreTensor } = oracle('tiny_resnet18 (sample)');
    const { graph } = simplify(readModel(model).graph);
    const stages = planForward(graph, scoreTensor).finish();
    const counts = new Map<string, number>();
    for (const { op } of stages) counts.set(op, (counts.get(op) ?? 0) + 1);
    // 17 convolutions with a ReLU, 8 of them behind an add; 3 shortcuts.
    expect(Object.fromEntries(counts)).toEqual({
      'Conv+Relu': 9,
      'Conv+Add+Relu': 8,
      Conv: 3,
      GlobalAveragePool: 1,
      Gemm: 1,
    });
    const nodes = stages.flatMap((s) => s.nodes);
    expect(new Set(nodes).size).toBe(nodes.length);
    // In an order in which everything is written before it is read.
    const written = new Set([graph.inputs[0]!.name]);
    for (const { sum, residual, output } of stages) {
      for (const read of ['input' in sum ? sum.input : undefined, residual]) {
        if (read !== undefined) expect(written).toContain(read);
      }
      written.add(output);
    }
  });

  it('computes a gradient that two layers need only once', () => {
    const { model } = oracle('tiny_resnet18 (sample)');
    const { source } = analyse(readModel(model).graph, { target: '/blocks/blocks.5/relu2/Relu_output_0' });
    const { gradient } = planNetwork(source);
    const keys = gradient!.stages.map(({ sum, factor, residual, mask }) =>
      JSON.stringify([sum, factor, residual, mask]),
    );
    expect(new Set(keys).size).toBe(keys.length);
    // The dense row is read from the weights of inference.
    const rows = gradient!.stages.filter((s) => s.sum.kind === 'denseRow');
    expect(rows.map((s) => s.sum.kind === 'denseRow' && s.sum.weights)).toEqual(['fc.weight']);
  });

  it('names every node without an integer mapping, at once', () => {
    const { graph } = readModel(oracle('mobilenetv2_small').model);
    const { graph: simple } = simplify(graph);
    const nodes = simple.nodes.map((n) => (n.op === 'Clip' ? { ...n, op: 'LRN' } : n));
    const expected = nodes.filter((n) => n.op === 'LRN').map((n) => n.name);
    expect(expected.length).toBeGreaterThan(10);
    expect(forwardOperators).not.toContain('LRN');
    try {
      planForward({ ...simple, nodes }, simple.outputs[0]!.name);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(CompileError);
      const { diagnostics } = error as CompileError;
      expect(diagnostics.map((d) => d.node)).toEqual(expected);
      expect(new Set(diagnostics.map((d) => d.code))).toEqual(new Set(['CAM501']));
    }
  });
});
