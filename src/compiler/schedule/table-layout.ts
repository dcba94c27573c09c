import { tableOf } from '../quantize/sums/context.ts';
import type { IntegerNetwork } from '../quantize/network.ts';

/** Entries of a table: one per int8 value. */
export const tableEntries = 256;

export interface TableLayout {
  readonly entries: Int16Array;
  /** Number of each table, by name. */
  readonly indices: ReadonlyMap<string, number>;
}

/** Pass: look-up tables one after the other, equal ones once. */
export function tableLayout(network: IntegerNetwork): TableLayout {
  const kept: Int16Array[] = [];
  const indices = new Map<string, number>();
  for (const { output } of network.layers) {
    if (!output.table || indices.has(output.table.name)) continue;
    const { values } = tableOf(network, output.table.name);
    let index = kept.findIndex((other) => other.every((value, i) => value === values[i]));
    if (index < 0) index = kept.push(values) - 1;
    indices.set(output.table.name, index);
  }
  const entries = new Int16Array(kept.length * tableEntries);
  kept.forEach((values, i) => entries.set(values, i * tableEntries));
  return { entries, indices };
}
