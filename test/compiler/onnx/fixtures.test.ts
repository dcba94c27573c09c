/**
 * Small models of every encoding, old opsets, functions, names, shape arithmetic, activations and rearrangements:
 * read, put through every pass, written, and run. The answers are ONNX Runtime's on the untouched model.
 */
import { describe, expect, test } from 'vitest';
import { simplify } from '../../../src/compiler/graph/passes.ts';
import { verify } from '../../../src/compiler/graph/verify.ts';
import { readModel } from '../../../src/compiler/onnx/read.ts';
import { writeModel } from '../../../src/compiler/onnx/write.ts';
import { fixtureAnswers, fixtureBytes, fixtureData, fixtureNames } from '../../support/onnx-fixtures.ts';
import { runModel } from '../../support/ort.ts';
import { difference, fromOrt, toOrt } from '../../support/tensors.ts';

/** Node operators after all passes, where a pass is meant to change them. */
const operators: Readonly<Record<string, readonly string[]>> = {
  activation_silu: ['Swish'],
  activation_silu_swapped: ['Swish'],
  activation_quick_gelu: ['Swish'],
  activation_hardswish_clip_div: ['HardSwish'],
  activation_hardswish_gate_first: ['HardSwish'],
  activation_hardswish_multiply: ['HardSwish'],
  activation_hardswish_hardsigmoid: ['HardSwish'],
  activation_hardsigmoid: ['HardSigmoid'],
  activation_gelu_torch: ['Gelu'],
  activation_gelu_half_first: ['Gelu'],
  activation_gelu_tanh: ['Gelu'],
  activation_mish: ['Mish'],
  activation_mish_spelled_out: ['Mish'],
  activation_not_silu: ['Sigmoid', 'Mul'],
  activation_not_hardswish: ['Add', 'Clip', 'Mul', 'Div'],
  activation_gate_is_output: ['Sigmoid', 'Mul'],
  channel_shuffle: ['Gather'],
  transpose_pair: ['Relu'],
  transpose_chain: ['Transpose'],
  transpose_through_relu: ['Relu'],
  reshape_chain: ['Reshape'],
  reshape_back: ['Relu'],
  shape_arithmetic_flatten: ['Reshape'],
  shape_arithmetic_resize: ['Resize'],
  shape_arithmetic_division: ['Mul'],
  pad_from_shapes: ['Conv'],
  pad_zero_conv: ['Conv'],
  pad_zero_average_pool: ['Pad', 'AveragePool'], // padding as large as the kernel
  pad_zero_average_pool_with_pads: ['Pad', 'AveragePool'], // two kinds of padding
  pad_zero_average_pool_counting: ['Pad', 'AveragePool'], // padding as large as the kernel
  pad_zero_max_pool: ['Pad', 'MaxPool'],
  pad_minus_infinity_max_pool: ['MaxPool'],
  pad_one_conv: ['Pad', 'Conv'],
  half_precision: ['Conv', 'Relu', 'GlobalAveragePool', 'Flatten', 'Gemm'],
  batch_norm_after_grouped_deconvolution: ['ConvTranspose', 'Conv'],
  old_upsample_attribute: ['Resize'],
  if_taken: ['Squeeze', 'Relu', 'Add'],
  if_not_taken: ['Mul', 'Add'],
};

const inputShapes: Readonly<Record<string, readonly number[]>> = { dynamic_size: [1, 3, 4, 5] };

/** Half precision rounds to 11 bits; everything else to 24, over at most some hundred additions. */
const tolerances: Readonly<Record<string, number>> = { half_precision: 5e-3 };

describe('fixtures', () => {
  const names = fixtureNames().filter((n) => fixtureAnswers(n));

  test.each(names)('%s', async (name) => {
    const read = readModel(fixtureBytes(name), { externalData: fixtureData, inputShape: inputShapes[name] });
    const { graph } = simplify(read.graph, {}, (pass, after) => expect(verify(after), pass.name).toEqual([]));
    if (operators[name]) expect(graph.nodes.map((n) => n.op)).toEqual(operators[name]);
    const { inputs, outputs } = fixtureAnswers(name)!;
    const feeds = Object.fromEntries(Object.entries(inputs).map(([k, t]) => [k, toOrt(t)]));
    const written = writeModel(graph);
    // Recognised activations must not demand a newer runtime than the model did.
    if (name.startsWith('activation_')) expect(readModel(written).graph.opset).toBe(18);
    const found = await runModel(written, feeds);
    for (const [output, expected] of Object.entries(outputs)) {
      const problem = difference(fromOrt(found[output]!), expected, tolerances[name] ?? 2e-5, 2e-6);
      expect(problem).toBeUndefined();
    }
  });
});
