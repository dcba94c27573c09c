/** What to say about a fixed-point network that tells something else than the float network, and what to try. */
import { diagnostic, type Diagnostic } from '../diagnostics.ts';
import { noisiest, type FidelityReport } from './fidelity.ts';

/** Figures below these are poor: the map no longer tells what the float map tells, a layer has lost its signal. */
const poor = { agreement: 0.95, pearson: 0.9, iou: 0.5, layer: 15 } as const;

/** Fewer pictures say nothing about the share of answers that agree. */
const pairs = 2;

export interface FidelityCircumstances {
  readonly gradientBits: 8 | 16;
  /** Tensors that have 16 bits already. */
  readonly wide: ReadonlySet<string>;
}

/** Warnings (CAM405) about a fidelity report; none where its figures are good. */
export function fidelityWarnings(
  report: FidelityReport,
  { gradientBits, wide }: FidelityCircumstances,
): Diagnostic[] {
  const warnings: Diagnostic[] = [];
  const warn = (message: string, hint: string, where: { node?: string; tensor?: string } = {}) =>
    warnings.push(diagnostic('CAM405', message, hint, where));
  const { pictures, top1Agreement, map } = report;
  if (top1Agreement < poor.agreement) {
    const differ = Math.round((1 - top1Agreement) * pictures);
    warn(
      pictures < pairs
        ? 'The fixed-point network takes the picture for another class than the float network.'
        : `The fixed-point network takes ${differ} of ${pictures} pictures for another class than the float network.`,
      'Calibrate on pictures like these, try another range choice (--ranges) or --wide-activations auto.',
    );
  }
  if (map && (map.pearson.median < poor.pearson || map.iou.median < poor.iou)) {
    warn(
      `The fixed-point map differs from the float map (correlation ${map.pearson.median.toFixed(2)}, overlap of the top 20 % ${map.iou.median.toFixed(2)}).`,
      gradientBits === 8
        ? 'Take 16 gradient bits, or a target nearer to the scores.'
        : 'Take a target nearer to the scores, --wide-activations auto, or calibrate on more pictures.',
      { tensor: map.target },
    );
  }
  const [worst] = noisiest(
    report.layers.filter((l) => l.phase === 'inference'),
    1,
  );
  if (worst && worst.decibels! < poor.layer) {
    warn(
      `Layer "${worst.layer}" keeps a signal-to-noise ratio of only ${worst.decibels!.toFixed(1)} dB.`,
      wide.has(worst.tensor)
        ? 'Look at the layers before it, whose noise it inherits, and calibrate on more pictures.'
        : `Try --wide-activations auto, or --wide-activations "${worst.layer}".`,
      { tensor: worst.tensor },
    );
  }
  return warnings;
}
