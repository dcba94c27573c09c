import { describe, expect, it } from 'vitest';
import { bandRuns } from '../../../src/compiler/schedule/lower-band-sums.ts';
import { insideRuns, phaseTaps } from '../../../src/compiler/schedule/lower-conv-backward.ts';
import { progressions } from '../../../src/compiler/schedule/progressions.ts';
import { schedule } from '../../../src/compiler/schedule/schedule.ts';
import { stepsOf, vectorsOf } from '../../../src/compiler/schedule/walk.ts';
import { Random } from './support/random.ts';
import { residualNetwork, resnet8 } from './support/resnet.ts';

/** Every number that a loop visits. */
function visited<N extends string>(run: ReturnType<typeof progressions<N>>[number], name: N): number[] {
  return Array.from({ length: run.count }, (_, n) => run.first[name] + n * run.step[name]);
}

describe('progressions', () => {
  it('join what goes up in equal steps, each thing once', () => {
    const things = [1, 2, 1, 1, 2, 1].map((kind, at) => ({ kind, numbers: { at, twice: 2 * at } }));
    const found = progressions(things);
    expect(found.map(({ kind, count }) => [kind, count])).toEqual([
      [1, 2],
      [2, 2],
      [1, 2],
    ]);
    expect(found.flatMap((run) => visited(run, 'at')).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(found.flatMap((run) => visited(run, 'twice')).sort((a, b) => a - b)).toEqual([0, 2, 4, 6, 8, 10]);
  });
});

describe('bands', () => {
  it('are visited once each, with their own size', () => {
    const random = new Random(3);
    for (let n = 0; n < 50; n++) {
      const bounds = [0];
      while (bounds.length < 8) bounds.push(bounds.at(-1)! + random.integer(1, 3));
      const seen = bandRuns(bounds).flatMap((run) =>
        visited(run, 'band').map((band, i) => [band, visited(run, 'position')[i]!, run.kind]),
      );
      const wanted = bounds.slice(1).map((end, band) => [band, bounds[band]!, end - bounds[band]!]);
      expect(seen.sort((a, b) => a[0]! - b[0]!)).toEqual(wanted);
    }
  });

  it('alike at both borders are one loop', () => {
    expect(bandRuns([0, 1, 15, 16]).map(({ kind, count }) => [kind, count])).toEqual([
      [14, 1],
      [1, 2],
    ]);
  });
});

describe('positions of an adjoint', () => {
  it('take the taps that read inside the gradient, and no others', () => {
    const random = new Random(4);
    for (let n = 0; n < 300; n++) {
      const [kernel, stride, dilation] = [1, 1, 1].map(() => random.integer(1, 4)) as [
        number,
        number,
        number,
      ];
      const [pad, size, input] = [random.integer(0, 4), random.integer(1, 9), random.integer(1, 20)];
      for (let phase = 0; phase < Math.min(stride, input); phase++) {
        const taps = phaseTaps(phase, kernel, stride, pad, dilation);
        if (taps.count === 0) continue;
        const positions = Math.ceil((input - phase) / stride);
        const found = insideRuns(taps, positions, size).flatMap((run) =>
          visited(run, 'position').map((position, i) => {
            const first = visited(run, 'tap')[i]!;
            const numbers = Array.from({ length: run.kind }, (_, t) => taps.first + (first + t) * taps.step);
            return { position: phase + position * stride, taps: numbers };
          }),
        );
        // From the definition: output y of the convolution reads this position by tap k.
        const wanted = Array.from({ length: positions }, (_, j) => {
          const position = phase + j * stride;
          const inside = Array.from({ length: kernel }, (_, k) => k).filter((k) => {
            const y = (position + pad - k * dilation) / stride;
            return Number.isInteger(y) && y >= 0 && y < size;
          });
          return { position, taps: inside };
        });
        expect(found.sort((a, b) => a.position - b.position)).toEqual(wanted);
      }
    }
  });

  it('cost a 3x3 adjoint over 8x8 no multiplication by padding', () => {
    const { network } = residualNetwork(resnet8, { block: 1, bits: 8 });
    const { operations } = schedule(network, { rows: 16, columns: 16, lanes: 8 });
    const layer = network.layers.find(({ sum }) => sum.kind === 'convBackward')!;
    const steps = operations
      .filter(({ operation }) => operation.layer === layer.name)
      .reduce((sum, { operation: { counts } }) => sum + vectorsOf(counts) * stepsOf(counts), 0);
    // 64 channels to 64: 4 x 4 words per tap; 22 of 24 tap positions per axis lie inside.
    expect(steps).toBe(4 * 4 * 22 * 22);
    expect(steps).toBeLessThan(layer.macs / 256);
  });
});
