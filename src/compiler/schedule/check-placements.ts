import type { Placement, Schedule } from './operation.ts';
import type { Problems } from './problems.ts';

const meets = (a: readonly [number, number], b: readonly [number, number]) => a[0] <= b[1] && b[0] <= a[1];

/** Every buffer within its memory; no two that live at the same time share a word. */
export function checkPlacements({ placements, depths }: Schedule, problems: Problems): void {
  const memories = new Map<Placement['memory'], Placement[]>();
  placements.forEach((placement, index) => {
    // A part of another tensor's storage is checked with that one.
    if (placement.within !== undefined) return;
    const { memory, tensor, address, words } = placement;
    if (address < 0 || address + words > depths[memory]) {
      problems.report('placement', index, `${tensor} at ${address} + ${words} leaves the ${memory} memory.`);
    }
    for (const other of memories.get(memory) ?? []) {
      const share = address < other.address + other.words && other.address < address + words;
      if (share && meets(placement.live, other.live)) {
        problems.report('overlap', index, `${tensor} and ${other.tensor} overlap in the ${memory} memory.`);
      }
    }
    memories.set(memory, [...(memories.get(memory) ?? []), placement]);
  });
}
