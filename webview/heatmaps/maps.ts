/** Arithmetic on heat maps. Pure. */
import type { MapView } from '../../src/protocol/views.ts';

/** Bilinear sample at a point of the unit square, pixel centres at (i + 0.5) / n, edges held. */
export function sample({ width, height, values }: MapView, u: number, v: number): number {
  const x = Math.min(width - 1, Math.max(0, u * width - 0.5));
  const y = Math.min(height - 1, Math.max(0, v * height - 0.5));
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [x1, y1] = [Math.min(width - 1, x0 + 1), Math.min(height - 1, y0 + 1)];
  const at = (i: number, j: number): number => values[j * width + i] ?? 0;
  const above = at(x0, y0) * (1 - x + x0) + at(x1, y0) * (x - x0);
  const below = at(x0, y1) * (1 - x + x0) + at(x1, y1) * (x - x0);
  return above * (1 - y + y0) + below * (y - y0);
}

/** |a - b| of two maps, each on its own scale of 0 to 1. */
export function difference(a: MapView, b: MapView): MapView {
  const [maxA, maxB] = [a, b].map((m) => Math.max(...m.values));
  const scaled = (value: number, max: number): number => (max > 0 ? value / max : 0);
  const values = a.values.map((value, i) => Math.abs(scaled(value, maxA!) - scaled(b.values[i] ?? 0, maxB!)));
  return { width: a.width, height: a.height, values };
}
