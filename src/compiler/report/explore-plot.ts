import type { DesignPoint } from '../explore.ts';
import { escape, grouped, label } from './svg.ts';

const [width, height, left, bottom] = [640, 400, 70, 50];

const pointName = (p: DesignPoint): string => `${p.rows}x${p.columns}, ${p.gradientBits} bits`;

/** Cycles against LUT, both logarithmic, as an SVG picture. */
export function explorePlot(points: readonly DesignPoint[], title: string): string {
  const axis = (values: readonly number[], from: number, to: number) => {
    const [low, high] = [Math.log(Math.min(...values) * 0.8), Math.log(Math.max(...values) * 1.25)];
    return (value: number) => from + ((to - from) * (Math.log(value) - low)) / (high - low);
  };
  const x = axis(
    points.map((p) => p.lut),
    left,
    width - 20,
  );
  const y = axis(
    points.map((p) => p.cycles),
    height - bottom,
    40,
  );
  const marks = points.map((p) => {
    const fill = p.pareto ? '#3a7ca5' : p.fits ? '#bbb' : 'none';
    const [cx, cy] = [x(p.lut).toFixed(1), y(p.cycles).toFixed(1)];
    const text = `${pointName(p)}: ${grouped(p.cycles)} cycles, ${grouped(p.lut)} LUT, ${p.dsp} DSP, ${p.bram36} block RAM${p.fits ? '' : ', does not fit'}`;
    return `<circle cx="${cx}" cy="${cy}" r="6" fill="${fill}" stroke="#666"><title>${escape(text)}</title></circle>${label(x(p.lut) + 9, y(p.cycles) + 4, pointName(p))}`;
  });
  const frame = `<path d="M${left} 30V${height - bottom}H${width - 10}" fill="none" stroke="#888"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
${label(left, 20, title)}${frame}${marks.join('\n')}
${label(width / 2, height - 15, 'LUT', 'middle')}${label(8, 45, 'cycles')}
</svg>
`;
}

/** One line per point, with a head. */
export function exploreCsv(points: readonly DesignPoint[]): string {
  const fields = [
    'rows',
    'columns',
    'gradientBits',
    'inference',
    'explanation',
    'cycles',
    'overhead',
    'lut',
    'ff',
    'dsp',
    'bram36',
    'macsPerDspCycle',
    'lutPerMac',
    'fits',
    'pareto',
  ] as const satisfies readonly (keyof DesignPoint)[];
  return [fields, ...points.map((p) => fields.map((f) => p[f]))].map((row) => `${row.join(',')}\n`).join('');
}
