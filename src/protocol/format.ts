/**
 * Figures as people read them: grouped digits, units, ratios with their meaning. The same in every view and language
 * of the editor, so that a figure can be searched for and compared.
 */
const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 139012 -> 139,012 */
export function count(value: number): string {
  return grouped.format(value);
}

const halves = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** 18218 -> 18,218; block RAMs are counted in halves: 209.5 */
export function resource(value: number): string {
  return halves.format(value);
}

/** 139012 -> 139,012 cycles */
export function cycles(value: number): string {
  return `${count(value)} ${value === 1 ? 'cycle' : 'cycles'}`;
}

/** Three significant digits, never in scientific notation for the range shown. */
function significant(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) >= 100) return grouped.format(value);
  return String(Number(value.toPrecision(3)));
}

/** 0.184 -> 18.4 % ; values above 0 that would round to 0 say so. */
export function percent(ratio: number): string {
  const value = ratio * 100;
  if (value !== 0 && Math.abs(value) < 0.005) return '< 0.01 %';
  if (Math.abs(value) >= 10) return `${value.toFixed(1)} %`;
  return `${value.toFixed(2)} %`;
}

/** 0.0011 -> +0.11 % */
export function added(ratio: number): string {
  return ratio < 0 ? percent(ratio) : `+${percent(ratio)}`;
}

const decimalUnits = (units: readonly string[], step: number) => (value: number) => {
  let scaled = value;
  let unit = 0;
  while (Math.abs(scaled) >= step && unit < units.length - 1) {
    scaled /= step;
    unit++;
  }
  return `${significant(scaled)} ${units[unit]}`;
};

/** 1536 -> 1.5 KiB */
export const bytes = decimalUnits(['B', 'KiB', 'MiB', 'GiB'], 1024);

/** 34900000 -> 34.9 M */
const large = decimalUnits(['', 'k', 'M', 'G', 'T'], 1000);
export const macs = (value: number): string => `${large(value).trim()} MACs`;
export const parameters = (value: number): string => `${large(value).trim()} parameters`;

const latencyUnits = ['ns', 'µs', 'ms', 's'];

/** Cycles at a clock in MHz, three digits: 139012 at 100 -> 1.39 ms */
export function latency(cycleCount: number, clockMHz: number): string {
  let value = (cycleCount / clockMHz) * 1000;
  let unit = 0;
  while (value >= 1000 && unit < latencyUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${Number(value.toPrecision(3)) >= 1000 ? grouped.format(value) : value.toPrecision(3)} ${latencyUnits[unit]}`;
}

/** [1, 16, 32, 32] -> 1×16×32×32 ; [] -> scalar */
export function shape(dimensions: readonly number[]): string {
  return dimensions.length === 0 ? 'scalar' : dimensions.join('×');
}
