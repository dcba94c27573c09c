/** Activations of 16 bits: chosen by name or by rule, exact in every engine, worth their slots, and proven not to overflow. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { analyse, type Analysis } from '../../../src/compiler/analyse.ts';
import { compile } from '../../../src/compiler/compile.ts';
import type { CompileError } from '../../../src/compiler/diagnostics.ts';
import { formatDiagnostic } from '../../../src/compiler/diagnostics.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import type { CalibrationTable } from '../../../src/compiler/quantize/calibration.ts';
import { execute } from '../../../src/compiler/quantize/executor.ts';
import { defaultQuantiseOptions, type QuantiseOptions } from '../../../src/compiler/quantize/options.ts';
import { quantise } from '../../../src/compiler/quantize/quantise.ts';
import { autoDecibels, roundingNoise, wideLimit } from '../../../src/compiler/quantize/wide-activations.ts';
import { StatisticsCollector } from '../../../src/compiler/quantize/statistics.ts';
import { compareLayers } from '../../../src/compiler/schedule/compare.ts';
import { interpret } from '../../../src/compiler/schedule/interpreter.ts';
import { calibrateModel } from '../../../src/engine/compile-model.ts';
import { signalToNoise } from '../../../src/engine/fidelity.ts';
import { engineOf, explainFixed, networkInput } from '../../../src/engine/fixed.ts';
import { sample } from '../../cli/support.ts';
import { oraclePlaces, readOracle } from '../../support/oracles.ts';
import '../../support/ort.ts';

const oracle = readOracle(oraclePlaces().find((p) => p.name === 'tiny_resnet18 (sample)')!.place!);
const image = oracle.inputs[0]!.image;
/** A block's inner activation, its output (read as input and as residual), and a shortcut. */
const layers = [
  '/blocks/blocks.1/relu1/Relu_output_0',
  '/blocks/blocks.1/relu2/Relu_output_0',
  '/blocks/blocks.2/down/down.0/Conv',
];

let analysis: Analysis;
let table: CalibrationTable;
const with16 = (wideActivations: QuantiseOptions['wideActivations']) =>
  quantise(analysis.source, table, { ...defaultQuantiseOptions, wideActivations });

beforeAll(async () => {
  analysis = analyse(readModel(readFileSync(sample)).graph);
  table = await calibrateModel(analysis, { calibration: oracle.inputs.map((i) => i.image) });
});

describe('named layers', () => {
  it('have 16 bits, and the engine and the lowered schedule equal the executor', () => {
    const network = with16(layers);
    const wide = [...network.tensors.values()].filter((t) => t.bits === 16 && t.height > 1);
    expect(wide.map((t) => t.name)).toEqual([
      '/blocks/blocks.1/relu1/Relu_output_0',
      '/blocks/blocks.1/relu2/Relu_output_0',
      '/blocks/blocks.2/down/down.0/Conv_output_0',
    ]);
    const bytes = networkInput(network, { tensor: image });
    const reference = execute(network, bytes);
    // More than int8 holds is really there.
    expect(reference.tensors.get(layers[0]!)!.some((v) => v > 127)).toBe(true);
    const engine = engineOf(network);
    engine.run(bytes);
    for (const [name, values] of reference.tensors) {
      if (name === network.explanation!.map) continue;
      expect(String(engine.tensor(name)) === String(values), name).toBe(true);
    }
    const { schedule } = compile(analysis, table, {
      name: 'wide',
      array: '8x8',
      quantisation: { wideActivations: layers },
    });
    const lowered = interpret(schedule, bytes as Int8Array);
    expect(compareLayers(network, schedule, lowered, reference).differences).toEqual([]);
  });

  it('cost their readers a second slot per product', () => {
    const cycles = (wideActivations: QuantiseOptions['wideActivations']) => {
      const { report } = compile(analysis, table, {
        name: 'wide',
        array: '16x16',
        quantisation: { wideActivations },
      });
      return (name: string) => report.layers.find((l) => l.name === name)!.cycles;
    };
    const [narrow, wide] = [cycles('none'), cycles([layers[0]!])];
    const reader = '/blocks/blocks.1/conv2/Conv';
    expect(wide(reader) / narrow(reader)).toBeGreaterThan(1.9);
    expect(wide(reader) / narrow(reader)).toBeLessThan(2.1);
    expect(wide('/blocks/blocks.2/conv2/Conv')).toBe(narrow('/blocks/blocks.2/conv2/Conv'));
  });

  it('come nearer to the float scores', () => {
    const all = analysis.source.graph.nodes
      .filter((n) => n.op === 'Relu')
      .map((n) => n.outputs[0]!)
      .filter((t) => t !== analysis.model.targets[0]!.tensor);
    const noise = (wideActivations: QuantiseOptions['wideActivations']) => {
      const network = with16(wideActivations);
      const scores = oracle.inputs.map(
        (i) => explainFixed(analysis.model, network, { tensor: i.image }).scores,
      );
      return signalToNoise(
        scores.flatMap((s) => [...s]),
        oracle.inputs.flatMap((i) => i.score),
      );
    };
    // What is left is the rounding of the weights.
    expect(noise(all)).toBeGreaterThan(noise('none') + 1);
  });

  it('that cannot have them are named, all at once', () => {
    try {
      with16(['/blocks/blocks.7/relu2/Relu', 'logits', '/blocks/blocks.1/relu1/Rely', 'nothing like it']);
      expect.unreachable();
    } catch (error) {
      expect((error as CompileError).diagnostics.map(formatDiagnostic).join('\n')).toMatchSnapshot();
    }
  });
});

describe('auto', () => {
  it('leaves a network alone whose layers all keep their signal', () => {
    expect(with16('auto')).toEqual(with16('none'));
  });

  it('promotes the tensor whose channels differ too much in size for one scale', () => {
    const tensor = layers[0]!;
    const found = table.activations.get(tensor)!;
    // One channel a hundred times as large as the others.
    const activations = new Map(table.activations);
    const larger = (values: Float64Array, by: number) => values.map((v, k) => (k === 0 ? v * by : v));
    activations.set(tensor, {
      ...found,
      maximum: larger(found.maximum, 100),
      meanSquare: larger(found.meanSquare, 1e4),
      histogram: { ...found.histogram, limit: found.histogram.limit * 100 },
    });
    const network = quantise(
      analysis.source,
      { ...table, activations },
      { ...defaultQuantiseOptions, rangeMethod: 'minmax', wideActivations: 'auto' },
    );
    expect(network.tensors.get(tensor)!.bits).toBe(16);
    // With the calibration as it was, it has 8.
    expect(with16('auto').tensors.get(tensor)!.bits).toBe(8);
  });

  it('figures the noise of rounding: a uniform distribution over 127 steps has 20 log10(2 * 127) dB', () => {
    const collector = new StatisticsCollector(1);
    collector.add(Array.from({ length: 20001 }, (_, i) => i / 10000 - 1));
    // Signal 1/3, noise (1/127)^2 / 12.
    expect(roundingNoise(collector.finish(), 127, 'minmax')).toBeCloseTo(20 * Math.log10(2 * 127), 1);
    expect(autoDecibels).toBeLessThan(20 * Math.log10(2 * 127));
  });
});

describe('overflow', () => {
  it('is ruled out in the worst case: weights all 127 and every activation at its limit', () => {
    const [inputs, taps] = [1024, 9];
    const weights = {
      name: 'w',
      shape: [1, inputs, 3, 3] as const,
      data: new Float64Array(inputs * taps).fill(1),
    };
    const stage = {
      name: 'reader',
      op: 'Conv',
      nodes: ['reader'],
      phase: 'inference',
      sum: {
        kind: 'conv',
        input: 'x',
        weights: 'w',
        bias: new Float64Array(1),
        geometry: { kernel: [3, 3], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] },
      },
      factor: 1,
      relu: false,
      output: 'y',
      inner: [],
    } as const;
    const limit = wideLimit('x', [stage], new Map([['w', weights]]));
    const worst = limit * 127 * inputs * taps;
    expect(worst).toBeLessThan(2 ** 31);
    // No smaller than needed: one more would not fit.
    expect(worst + 127 * inputs * taps).toBeGreaterThanOrEqual(2 ** 31);
  });
});
