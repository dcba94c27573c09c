/**
 * Where the channels of a tensor are cut so that each part starts at a word of its own.
 *
 * A Concat costs nothing because its operands write straight into it; for that each operand must start at a whole
 * word. What is computed from such a tensor channel by channel inherits its cuts, so that words keep their place; a
 * convolution reads cut inputs with its weight rows arranged alike, in both directions.
 */
import { isDepthwise } from '../quantize/groups.ts';
import type { IntegerLayer, IntegerNetwork } from '../quantize/network.ts';

type Link = readonly [string, string];

/** Rows and columns of a weight matrix take part like tensors do. */
const rows = (weights: string) => `rows of ${weights}`;
const columns = (weights: string) => `columns of ${weights}`;
const mask = (name: string) => `mask ${name}`;

/** Pairs that must be cut alike. */
function links({ sum, output }: IntegerLayer, network: IntegerNetwork): Link[] {
  const found: Link[] = [];
  switch (sum.kind) {
    case 'conv':
      found.push([sum.input, rows(sum.weights)], [output.tensor, columns(sum.weights)]);
      break;
    case 'convBackward':
    case 'convMean':
      found.push([sum.input, columns(sum.weights)], [output.tensor, rows(sum.weights)]);
      break;
    case 'denseRow':
      found.push([output.tensor, rows(sum.weights)]);
      break;
    case 'mapFromRow':
      found.push([sum.input, rows(sum.weights)]);
      break;
    case 'mapFromTensor':
      found.push([sum.input, sum.alpha]);
      break;
    case 'maxPoolBackward':
      found.push([sum.input, sum.winners], [sum.input, output.tensor]);
      break;
    case 'product':
      found.push([sum.input, sum.factor], [sum.input, output.tensor]);
      break;
    default:
      found.push([sum.input, output.tensor]);
  }
  const weights = 'weights' in sum ? network.weights.get(sum.weights) : undefined;
  if (weights && isDepthwise(weights)) found.push([rows(weights.name), columns(weights.name)]);
  if (output.low !== undefined) found.push([output.low, output.tensor]);
  if (output.residual) found.push([output.residual.tensor, output.tensor]);
  if (output.maskWrite) found.push([mask(output.maskWrite.mask), output.tensor]);
  if (output.maskRead !== undefined) found.push([mask(output.maskRead), output.tensor]);
  return found;
}

/** Sets that are merged as links come in, each with its cuts. */
class Cuts {
  private readonly parents = new Map<string, string>();
  private readonly cuts = new Map<string, Set<number>>();

  private root(name: string): string {
    const parent = this.parents.get(name) ?? name;
    return parent === name ? name : this.root(parent);
  }

  link([a, b]: Link): void {
    this.parents.set(this.root(a), this.root(b));
  }

  of(name: string): Set<number> {
    const root = this.root(name);
    const known = this.cuts.get(root) ?? new Set();
    this.cuts.set(root, known);
    return known;
  }
}

/** Channel counts of the parts of every tensor, masks included (by `mask NAME`); one part where nothing cuts it. */
export function segments(network: IntegerNetwork): (tensor: string) => readonly number[] {
  const cuts = new Cuts();
  const apart = new Set([network.input.tensor, network.scores, network.explanation?.map]);
  for (const layer of network.layers) {
    for (const link of links(layer, network)) if (!link.some((name) => apart.has(name))) cuts.link(link);
  }
  const views = [...network.tensors.values()].flatMap(({ name, view, channels }) =>
    view ? [{ name, ...view, channels }] : [],
  );
  const share = () => {
    let changed = false;
    const add = (set: Set<number>, cut: number) => {
      if (set.has(cut)) return;
      set.add(cut);
      changed = true;
    };
    for (const { name, of, channel, channels } of views) {
      const [own, whole] = [cuts.of(name), cuts.of(of)];
      for (const cut of [0, channels, ...own]) add(whole, channel + cut);
      for (const cut of [...whole]) {
        if (cut > channel && cut < channel + channels) add(own, cut - channel);
      }
    }
    return changed;
  };
  while (share());
  return (name) => {
    const { channels } = network.tensors.get(name)!;
    if (apart.has(name)) return [channels];
    const inner = [...cuts.of(name)].filter((cut) => cut > 0 && cut < channels).sort((a, b) => a - b);
    return [...inner, channels].map((end, n) => end - (inner[n - 1] ?? 0));
  };
}

/** Words of `rows` channels that a position takes. */
export function wordsOf(parts: readonly number[], rowCount: number): number {
  return parts.reduce((words, part) => words + Math.ceil(part / rowCount), 0);
}

/** Where each channel stands when every part starts at a word of `rows` channels. */
export function placesOf(parts: readonly number[], rowCount: number): number[] {
  let start = 0;
  return parts.flatMap((part) => {
    const places = Array.from({ length: part }, (_, n) => start + n);
    start += Math.ceil(part / rowCount) * rowCount;
    return places;
  });
}

/** Channels with the gaps between parts counted in. */
export function extentOf(parts: readonly number[], rowCount: number): number {
  return wordsOf(parts.slice(0, -1), rowCount) * rowCount + parts.at(-1)!;
}
