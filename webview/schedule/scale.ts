/** The time axis: cycles to pixels. Pure. */
export interface TimeWindow {
  /** First and last cycle shown. */
  readonly from: number;
  readonly to: number;
}

export const toPixels = (window: TimeWindow, width: number, cycle: number): number =>
  ((cycle - window.from) / (window.to - window.from)) * width;

/** Zooms by a factor about a cycle, within the whole; never closer than 20 cycles. */
export function zoom(window: TimeWindow, whole: TimeWindow, factor: number, about: number): TimeWindow {
  const span = Math.min(whole.to - whole.from, Math.max(20, (window.to - window.from) * factor));
  const share = (about - window.from) / (window.to - window.from);
  return shift({ from: about - share * span, to: about + (1 - share) * span }, whole, 0);
}

/** Moves by a number of cycles, stopping at the ends of the whole. */
export function shift(window: TimeWindow, whole: TimeWindow, by: number): TimeWindow {
  const span = window.to - window.from;
  const from = Math.min(whole.to - span, Math.max(whole.from, window.from + by));
  return { from, to: from + span };
}

/** Moves by the shortest way until an interval is inside. */
export function reveal(window: TimeWindow, whole: TimeWindow, from: number, to: number): TimeWindow {
  if (from >= window.from && to <= window.to) return window;
  const span = window.to - window.from;
  const by =
    to - from > span || from < window.from ? from - window.from - span * 0.05 : to - window.to + span * 0.05;
  return shift(window, whole, by);
}

/** Round steps (1, 2, 5 times a power of ten) for about `wanted` ticks. */
export function ticks(window: TimeWindow, wanted: number): number[] {
  const rough = (window.to - window.from) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough)!,
  );
  const result: number[] = [];
  for (let t = Math.ceil(window.from / step) * step; t <= window.to; t += step) result.push(t);
  return result;
}
