/** Utilisation of some layers together. */
import type { Report } from '../../src/compiler/report/report.ts';

/** MACs of the inference's convolutions over what the array could have done in their cycles. */
export function convolutionUtilisation({ layers, array }: Report): number {
  const some = layers.filter(({ op, phase }) => phase === 'inference' && op.startsWith('Conv'));
  const macs = some.reduce((sum, layer) => sum + layer.macs, 0);
  const cycles = some.reduce((sum, layer) => sum + layer.cycles, 0);
  return macs / (cycles * array.rows * array.columns);
}
