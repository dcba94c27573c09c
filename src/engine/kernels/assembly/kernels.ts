/**
 * Integer kernels (AssemblyScript, WebAssembly SIMD). Arithmetic: `src/compiler/quantize/semantics.ts`.
 *
 * Tensors are int16 in HWC order with their channels padded (`layout.ts`); accumulators are int32 in the same order.
 * Addresses are byte offsets into the module's memory.
 */

/** First free byte: where the caller may place its buffers. */
export function base(): usize {
  return __heap_base;
}

/**
 * Accumulators of a convolution over an input whose padding is written out.
 *
 * The window of an output is a number of segments, runs of consecutive int16 pairs at fixed distances from the
 * output's first tap. Weights are packed per block of eight output channels: for each pair, eight times two int16.
 */
export function conv(
  input: usize,
  weights: usize,
  accumulators: usize,
  height: i32,
  width: i32,
  blocks: i32,
  rowStep: i32,
  columnStep: i32,
  segments: i32,
  offsets: usize,
  pairs: i32,
): void {
  const pixelBytes: usize = <usize>blocks << 5;
  const blockWeights: usize = <usize>(segments * pairs) << 5;
  for (let block = 0; block < blocks; block++) {
    const packed = weights + <usize>block * blockWeights;
    for (let y = 0; y < height; y++) {
      let source = input + <usize>(y * rowStep);
      let target = accumulators + <usize>(y * width) * pixelBytes + (<usize>block << 5);
      let x = 0;
      for (; x + 4 <= width; x += 4) {
        conv4(source, packed, target, pixelBytes, <usize>columnStep, segments, offsets, pairs);
        source += <usize>(4 * columnStep);
        target += 4 * pixelBytes;
      }
      for (; x < width; x++) {
        conv1(source, packed, target, segments, offsets, pairs);
        source += <usize>columnStep;
        target += pixelBytes;
      }
    }
  }
}

/** Four neighbouring outputs by eight channels. */
// @ts-ignore: decorator
@inline
function conv4(
  source: usize,
  packed: usize,
  target: usize,
  pixelBytes: usize,
  step: usize,
  segments: i32,
  offsets: usize,
  pairs: i32,
): void {
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  let w = packed;
  for (let s = 0; s < segments; s++) {
    let a = source + <usize>load<i32>(offsets + (<usize>s << 2));
    let b = a + step;
    let c = b + step;
    let d = c + step;
    const end = a + (<usize>pairs << 2);
    while (a < end) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      const pa = v128.load32_splat(a);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pa, w0));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pa, w1));
      const pb = v128.load32_splat(b);
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(pb, w0));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(pb, w1));
      const pc = v128.load32_splat(c);
      c0 = i32x4.add(c0, i32x4.dot_i16x8_s(pc, w0));
      c1 = i32x4.add(c1, i32x4.dot_i16x8_s(pc, w1));
      const pd = v128.load32_splat(d);
      d0 = i32x4.add(d0, i32x4.dot_i16x8_s(pd, w0));
      d1 = i32x4.add(d1, i32x4.dot_i16x8_s(pd, w1));
      a += 4;
      b += 4;
      c += 4;
      d += 4;
      w += 32;
    }
  }
  v128.store(target, a0);
  v128.store(target, a1, 16);
  target += pixelBytes;
  v128.store(target, b0);
  v128.store(target, b1, 16);
  target += pixelBytes;
  v128.store(target, c0);
  v128.store(target, c1, 16);
  target += pixelBytes;
  v128.store(target, d0);
  v128.store(target, d1, 16);
}

/** One output by eight channels. */
function conv1(source: usize, packed: usize, target: usize, segments: i32, offsets: usize, pairs: i32): void {
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let w = packed;
  for (let s = 0; s < segments; s++) {
    let a = source + <usize>load<i32>(offsets + (<usize>s << 2));
    const end = a + (<usize>pairs << 2);
    while (a < end) {
      const pa = v128.load32_splat(a);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(pa, v128.load(w)));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(pa, v128.load(w, 16)));
      a += 4;
      w += 32;
    }
  }
  v128.store(target, a0);
  v128.store(target, a1, 16);
}

/**
 * Accumulators of a depthwise convolution or window sum, eight channels at a time, over an input whose padding is
 * written out. Weights are int16 per channel, `weightStep` bytes from tap to tap (0: the same for all taps);
 * `targetRow` is the distance of the accumulators' rows.
 */
export function depthwise(
  input: usize,
  weights: usize,
  weightStep: i32,
  accumulators: usize,
  height: i32,
  width: i32,
  targetRow: i32,
  channels: i32,
  rowStep: i32,
  columnStep: i32,
  taps: i32,
  offsets: usize,
): void {
  const pixelBytes: usize = <usize>channels << 2;
  const step = <usize>columnStep;
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < channels; k += 8) {
      let source = input + <usize>(y * rowStep) + (<usize>k << 1);
      let target = accumulators + <usize>(y * targetRow) + (<usize>k << 2);
      const packed = weights + (<usize>k << 1);
      let x = 0;
      for (; x + 4 <= width; x += 4) {
        depthwise4(source, packed, <usize>weightStep, target, pixelBytes, step, taps, offsets);
        source += 4 * step;
        target += 4 * pixelBytes;
      }
      for (; x < width; x++) {
        depthwise1(source, packed, <usize>weightStep, target, taps, offsets);
        source += step;
        target += pixelBytes;
      }
    }
  }
}

/** Four neighbouring outputs of eight channels. */
// @ts-ignore: decorator
@inline
function depthwise4(
  source: usize,
  packed: usize,
  weightStep: usize,
  target: usize,
  pixelBytes: usize,
  step: usize,
  taps: i32,
  offsets: usize,
): void {
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  let w = packed;
  for (let t = 0; t < taps; t++) {
    const weight = v128.load(w);
    const at = source + <usize>load<i32>(offsets + (<usize>t << 2));
    const a = v128.load(at);
    a0 = i32x4.add(a0, i32x4.extmul_low_i16x8_s(a, weight));
    a1 = i32x4.add(a1, i32x4.extmul_high_i16x8_s(a, weight));
    const b = v128.load(at + step);
    b0 = i32x4.add(b0, i32x4.extmul_low_i16x8_s(b, weight));
    b1 = i32x4.add(b1, i32x4.extmul_high_i16x8_s(b, weight));
    const c = v128.load(at + 2 * step);
    c0 = i32x4.add(c0, i32x4.extmul_low_i16x8_s(c, weight));
    c1 = i32x4.add(c1, i32x4.extmul_high_i16x8_s(c, weight));
    const d = v128.load(at + 3 * step);
    d0 = i32x4.add(d0, i32x4.extmul_low_i16x8_s(d, weight));
    d1 = i32x4.add(d1, i32x4.extmul_high_i16x8_s(d, weight));
    w += weightStep;
  }
  v128.store(target, a0);
  v128.store(target, a1, 16);
  target += pixelBytes;
  v128.store(target, b0);
  v128.store(target, b1, 16);
  target += pixelBytes;
  v128.store(target, c0);
  v128.store(target, c1, 16);
  target += pixelBytes;
  v128.store(target, d0);
  v128.store(target, d1, 16);
}

/** One output of eight channels. */
function depthwise1(
  source: usize,
  packed: usize,
  weightStep: usize,
  target: usize,
  taps: i32,
  offsets: usize,
): void {
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let w = packed;
  for (let t = 0; t < taps; t++) {
    const weight = v128.load(w);
    const a = v128.load(source + <usize>load<i32>(offsets + (<usize>t << 2)));
    a0 = i32x4.add(a0, i32x4.extmul_low_i16x8_s(a, weight));
    a1 = i32x4.add(a1, i32x4.extmul_high_i16x8_s(a, weight));
    w += weightStep;
  }
  v128.store(target, a0);
  v128.store(target, a1, 16);
}

/** Copies a range of channels, `bytes` long, between two tensors whose pixels stand that many bytes apart. */
export function copyChannels(
  source: usize,
  sourceStep: i32,
  target: usize,
  targetStep: i32,
  bytes: i32,
  pixels: i32,
): void {
  for (let p = 0; p < pixels; p++) {
    memory.copy(target, source, <usize>bytes);
    source += <usize>sourceStep;
    target += <usize>targetStep;
  }
}

/**
 * Copies a tensor into a larger one: element (y, x) goes to (top + y * step, left + x * step), those that fall
 * outside are dropped, and everything else holds `fill` (one int16 per channel).
 */
export function place(
  source: usize,
  height: i32,
  width: i32,
  channels: i32,
  target: usize,
  targetHeight: i32,
  targetWidth: i32,
  top: i32,
  left: i32,
  stepY: i32,
  stepX: i32,
  fill: usize,
): void {
  const pixel: usize = <usize>channels << 1;
  const row = <usize>targetWidth * pixel;
  for (let x = 0; x < targetWidth; x++) memory.copy(target + <usize>x * pixel, fill, pixel);
  for (let y = 1; y < targetHeight; y++) memory.copy(target + <usize>y * row, target, row);
  for (let y = 0; y < height; y++) {
    const ty = top + y * stepY;
    if (ty < 0 || ty >= targetHeight) continue;
    for (let x = 0; x < width; x++) {
      const tx = left + x * stepX;
      if (tx < 0 || tx >= targetWidth) continue;
      memory.copy(target + <usize>(ty * targetWidth + tx) * pixel, source + <usize>(y * width + x) * pixel, pixel);
    }
  }
}

/**
 * Maximum pool: accumulators 256 * largest + (255 - number of the first tap that has it). Taps outside the input do not
 * count; a window of such taps alone gives -128 and the last tap.
 */
export function maxPool(
  input: usize,
  inputHeight: i32,
  inputWidth: i32,
  channels: i32,
  accumulators: usize,
  height: i32,
  width: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  const pixel: usize = <usize>channels << 1;
  const last = kernelHeight * kernelWidth - 1;
  let target = accumulators;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let k: usize = 0; k < pixel; k += 16) {
        let best = i16x8.splat(-129);
        let tag = i16x8.splat(<i16>(255 - (last & 255)));
        for (let ky = 0; ky < kernelHeight; ky++) {
          const iy = y * strideY + ky * dilationY - top;
          if (iy < 0 || iy >= inputHeight) continue;
          for (let kx = 0; kx < kernelWidth; kx++) {
            const ix = x * strideX + kx * dilationX - left;
            if (ix < 0 || ix >= inputWidth) continue;
            const value = v128.load(input + <usize>(iy * inputWidth + ix) * pixel + k);
            const wins = i16x8.gt_s(value, best);
            best = v128.bitselect(value, best, wins);
            tag = v128.bitselect(i16x8.splat(<i16>(255 - ((ky * kernelWidth + kx) & 255))), tag, wins);
          }
        }
        best = i16x8.shl(i16x8.max_s(best, i16x8.splat(-128)), 8);
        v128.store(target, i32x4.add(i32x4.extend_low_i16x8_s(best), i32x4.extend_low_i16x8_u(tag)));
        v128.store(target, i32x4.add(i32x4.extend_high_i16x8_s(best), i32x4.extend_high_i16x8_u(tag)), 16);
        target += 32;
      }
    }
  }
}

/** Adjoint of the maximum pool: each gradient is added where its window's first maximum was. */
export function maxPoolBackward(
  gradient: usize,
  winners: usize,
  height: i32,
  width: i32,
  channels: i32,
  accumulators: usize,
  targetHeight: i32,
  targetWidth: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  memory.fill(accumulators, 0, (<usize>(targetHeight * targetWidth * channels)) << 2);
  let at: usize = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let k = 0; k < channels; k++, at += 2) {
        const tap = 127 - <i32>load<i16>(winners + at);
        const iy = y * strideY + (tap / kernelWidth) * dilationY - top;
        const ix = x * strideX + (tap % kernelWidth) * dilationX - left;
        if (iy < 0 || iy >= targetHeight || ix < 0 || ix >= targetWidth) continue;
        const to = accumulators + ((<usize>((iy * targetWidth + ix) * channels + k)) << 2);
        store<i32>(to, load<i32>(to) + <i32>load<i16>(gradient + at));
      }
    }
  }
}

/** Element-wise product (input - zero) * factor; `factorStep` is 0 where one pixel of factors counts everywhere. */
export function product(
  input: usize,
  factor: usize,
  factorStep: usize,
  pixels: i32,
  channels: i32,
  zero: i32,
  accumulators: usize,
): void {
  const pixel: usize = <usize>channels << 1;
  const zeros = i16x8.splat(<i16>zero);
  let target = accumulators;
  for (let n = 0; n < pixels; n++) {
    for (let k: usize = 0; k < pixel; k += 16) {
      const a = i16x8.sub(v128.load(input + k), zeros);
      const b = v128.load(factor + k);
      v128.store(target, i32x4.extmul_low_i16x8_s(a, b));
      v128.store(target, i32x4.extmul_high_i16x8_s(a, b), 16);
      target += 32;
    }
    input += pixel;
    factor += factorStep;
  }
}

/**
 * The output stage of a layer: bias, multiplier, residual, rounding shift, zero point, clamp, masks.
 * Parameters are one int32 per channel, in six arrays of `channels` one after the other: bias, multiplier, shift,
 * residual multiplier, residual shift, slope. `residual`, `maskWrite` and `maskRead` are 0 where there is none; so are
 * `table`, 256 int16 for the values -128 ... 127, and `low`, where the low plane goes. `sloped`: slopes count.
 */
export function outputStage(
  accumulators: usize,
  parameters: usize,
  target: usize,
  pixels: i32,
  channels: i32,
  zeroPoint: i32,
  lower: i32,
  upper: i32,
  residual: usize,
  residualZero: i32,
  maskWrite: usize,
  maskUpper: i32,
  maskRead: usize,
  sloped: bool,
  table: usize,
  low: usize,
): void {
  const array: usize = <usize>channels << 2;
  for (let k = 0; k < channels; k++) {
    const p = parameters + (<usize>k << 2);
    const bias = <i64>load<i32>(p);
    const multiplier = <i64>load<i32>(p + array);
    const shift = <i64>load<i32>(p + 2 * array);
    const residualMultiplier = <i64>load<i32>(p + 3 * array) << <i64>load<i32>(p + 4 * array);
    const slope = <i64>load<i32>(p + 5 * array);
    const half: i64 = (<i64>1) << (shift - 1);
    let at: usize = <usize>k;
    for (let n = 0; n < pixels; n++) {
      const sum = <i64>load<i32>(accumulators + (at << 2)) + bias;
      const flat = maskRead ? !load<u8>(maskRead + at) : sum <= 0;
      const onSlope = sloped && flat;
      let wide = sum * (onSlope ? slope : multiplier);
      if (residual) wide += <i64>(<i32>load<i16>(residual + (at << 1)) - residualZero) * residualMultiplier;
      const rounded = ((wide + half) >> shift) + <i64>zeroPoint;
      let q = <i32>min<i64>(<i64>upper, max<i64>(<i64>lower, rounded));
      if (maskWrite) store<u8>(maskWrite + at, <u8>(wide > 0 && q < maskUpper && !onSlope));
      if (table) q = <i32>load<i16>(table + (<usize>(q + 128) << 1));
      if (maskRead && flat && !onSlope) q = 0;
      if (low) {
        store<i16>(low + (at << 1), <i16>(<i8>q));
        q = (q + 128) >> 8;
      }
      store<i16>(target + (at << 1), low || table ? <i16>(<i8>q) : <i16>q);
      at += <usize>channels;
    }
  }
}
