/** Tensors between Camber, ONNX Runtime and the files of ONNX's tests. */
import type { DataType, Tensor } from '../../src/compiler/graph/ir.ts';
import { floatToHalf, halfToFloat } from '../../src/compiler/graph/float16.ts';
import { ort } from './ort.ts';

/** A tensor as ONNX Runtime takes it; throws for types its JavaScript API does not have. */
export function toOrt(tensor: Tensor): ort.Tensor {
  if (tensor.dtype === 'float16') {
    const bits = Uint16Array.from(tensor.data as Float32Array, floatToHalf);
    return new ort.Tensor('float16', bits, tensor.shape);
  }
  if (tensor.dtype === 'bfloat16') throw new TypeError('ONNX Runtime for JavaScript has no bfloat16 tensors');
  return new ort.Tensor(tensor.dtype as 'float32', tensor.data as Float32Array, tensor.shape);
}

export function fromOrt(tensor: ort.Tensor): Tensor {
  const { type, dims } = tensor;
  if (type !== 'float16') return { dtype: type as DataType, shape: dims, data: tensor.data as Float32Array };
  const raw = tensor.data as unknown;
  const data =
    raw instanceof Uint16Array ? Float32Array.from(raw, halfToFloat) : Float32Array.from(raw as number[]);
  return { dtype: 'float16', shape: dims, data };
}

/**
 * Where two tensors differ beyond |found - expected| <= atol + rtol |expected| (the rule of ONNX's test runner),
 * or undefined. Types and shapes must be equal; NaN equals NaN.
 */
export function difference(found: Tensor, expected: Tensor, rtol = 1e-3, atol = 1e-7): string | undefined {
  if (found.dtype !== expected.dtype) return `type ${found.dtype}, expected ${expected.dtype}`;
  if (found.shape.join() !== expected.shape.join())
    return `shape [${found.shape}], expected [${expected.shape}]`;
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [Number(found.data[i]), Number(expected.data[i])];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    if (!(Math.abs(a - b) <= atol + rtol * Math.abs(b))) return `element ${i}: ${a}, expected ${b}`;
  }
  return undefined;
}
