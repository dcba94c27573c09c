import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../../src/compiler/diagnostics.ts';
import { noisiest, type FidelityReport, type MapAgreement } from '../../../src/compiler/report/fidelity.ts';
import { fidelityWarnings } from '../../../src/compiler/report/fidelity-warnings.ts';

const spread = (median: number) => ({ median, low: median });
const map = (pearson: number, iou: number): MapAgreement => ({
  target: 'features',
  maps: 30,
  zeroMaps: 2,
  pearson: spread(pearson),
  spearman: spread(0.99),
  iou: spread(iou),
});
const layer = (name: string, decibels: number | null) =>
  ({ layer: name, op: 'Conv', phase: 'inference', tensor: `${name}:0`, decibels }) as const;
const good: FidelityReport = {
  pictures: 32,
  top1Agreement: 1,
  scores: { decibels: 35, largestError: 0.01 },
  map: map(0.99, 0.9),
  layers: [layer('stem', 40), layer('body', 28), layer('copy', null)],
};
const texts = (report: FidelityReport, gradientBits: 8 | 16 = 16, wide: string[] = []) =>
  fidelityWarnings(report, { gradientBits, wide: new Set(wide) })
    .map(formatDiagnostic)
    .join('\n');

describe('fidelityWarnings', () => {
  it('is silent where all figures are good, or there is no map', () => {
    const { pictures, top1Agreement, scores, layers } = good;
    expect(texts(good)).toBe('');
    expect(texts({ pictures, top1Agreement, scores, layers })).toBe('');
  });

  it('says what is poor and what to try', () => {
    expect(texts({ ...good, top1Agreement: 0.875 })).toMatchSnapshot('answers that differ');
    expect(texts({ ...good, pictures: 1, top1Agreement: 0 })).toMatchSnapshot('one picture');
    expect(texts({ ...good, map: map(0.5, 0.4) }, 8)).toMatchSnapshot('a poor map from 8-bit gradients');
    expect(texts({ ...good, map: map(0.95, 0.4) })).toMatchSnapshot('a poor overlap, 16-bit gradients');
    const layers = [layer('stem', 12.34), layer('body', 20)];
    expect(texts({ ...good, layers })).toMatchSnapshot('a noisy layer');
    expect(texts({ ...good, layers }, 16, ['stem:0'])).toMatchSnapshot('a noisy layer of 16 bits');
  });
});

it('noisiest puts the worst first and leaves out what is exact', () => {
  expect(noisiest(good.layers, 5).map((l) => l.layer)).toEqual(['body', 'stem']);
});
