/** Perceptually uniform colour maps, from d3-scale-chromatic, as 256-entry RGB tables. */
import {
  interpolateCividis,
  interpolateInferno,
  interpolateTurbo,
  interpolateViridis,
} from 'd3-scale-chromatic';

const interpolators = {
  inferno: interpolateInferno,
  viridis: interpolateViridis,
  cividis: interpolateCividis,
  turbo: interpolateTurbo,
  grey: (t) => `rgb(${[t, t, t].map((v) => Math.round(255 * v)).join(', ')})`,
} as const satisfies Record<string, (t: number) => string>;

export type ColormapName = keyof typeof interpolators;
export const colormapNames = Object.keys(interpolators) as readonly ColormapName[];

const tables = new Map<ColormapName, Uint8Array>();

/** RGB of a colour map at i / 255, three bytes per entry. */
export function colormap(name: ColormapName): Uint8Array {
  let table = tables.get(name);
  if (table === undefined) {
    table = new Uint8Array(256 * 3);
    for (let i = 0; i < 256; i++) table.set(parseColour(interpolators[name](i / 255)), 3 * i);
    tables.set(name, table);
  }
  return table;
}

/** d3 gives `#rrggbb` or `rgb(r, g, b)`. */
function parseColour(text: string): readonly number[] {
  if (text.startsWith('#')) return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  return text.match(/\d+/g)!.slice(0, 3).map(Number);
}
