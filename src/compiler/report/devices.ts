import { nearest } from '../names.ts';
import type { Family } from './families.ts';
import type { ResourceCount } from './resource-count.ts';

export interface Device {
  readonly part: string;
  /** With package and speed grade, as Vivado wants it: the board's, or the commonest. Absent for other makers. */
  readonly vivadoPart?: string;
  readonly description: string;
  /** Boards that carry it. */
  readonly boards: readonly string[];
  readonly family: Family;
  readonly available: ResourceCount;
  /** UltraRAM blocks (288 Kibit). They take no initial contents, so no memory of the accelerator uses them. */
  readonly uram?: number;
  /** Where the figures come from. */
  readonly source: string;
}

const ds180 = 'AMD DS180, 7 Series FPGAs Data Sheet: Overview';
const ds190 = 'AMD DS190, Zynq-7000 SoC Data Sheet: Overview';
const ds891 = 'AMD DS891, Zynq UltraScale+ MPSoC Data Sheet: Overview';
const ds987 = 'AMD DS987, Kria K26 SOM Data Sheet';
const ecp5 = 'Lattice FPGA-DS-02012, ECP5 and ECP5-5G Family Data Sheet';

type Row = readonly [
  part: string,
  vivadoPart: string | undefined,
  name: string,
  boards: readonly string[],
  family: Family,
  available: readonly [lut: number, ff: number, dsp: number, bram36: number, uram?: number],
  source: string,
];

// prettier-ignore
const rows: readonly Row[] = [
  ['xc7a35t', 'xc7a35ticsg324-1L', 'Artix-7 35T', ['Arty A7-35T', 'Basys 3'], 'xc7', [20_800, 41_600, 90, 50], ds180],
  ['xc7a100t', 'xc7a100tcsg324-1', 'Artix-7 100T', ['Arty A7-100T', 'Nexys A7'], 'xc7', [63_400, 126_800, 240, 135], ds180],
  ['xc7a200t', 'xc7a200tsbg484-1', 'Artix-7 200T', ['Nexys Video'], 'xc7', [134_600, 269_200, 740, 365], ds180],
  ['xc7k325t', 'xc7k325tffg900-2', 'Kintex-7 325T', ['KC705', 'Genesys 2'], 'xc7', [203_800, 407_600, 840, 445], ds180],
  ['xc7z010', 'xc7z010clg400-1', 'Zynq 7010', ['Zybo Z7-10'], 'xc7', [17_600, 35_200, 80, 60], ds190],
  ['xc7z020', 'xc7z020clg400-1', 'Zynq 7020', ['PYNQ-Z1', 'PYNQ-Z2', 'Zybo Z7-20'], 'xc7', [53_200, 106_400, 220, 140], ds190],
  ['xczu2eg', 'xczu2eg-sbva484-1-e', 'Zynq UltraScale+ ZU2EG', [], 'xcup', [47_232, 94_464, 240, 150], ds891],
  ['xczu3eg', 'xczu3eg-sbva484-1-e', 'Zynq UltraScale+ ZU3EG', ['Ultra96'], 'xcup', [70_560, 141_120, 360, 216], ds891],
  ['xczu7ev', 'xczu7ev-ffvc1156-2-e', 'Zynq UltraScale+ ZU7EV', ['ZCU104'], 'xcup', [230_400, 460_800, 1_728, 312, 96], ds891],
  ['xck26', 'xck26-sfvc784-2LV-c', 'Kria K26', ['KV260'], 'xcup', [117_120, 234_240, 1_248, 144, 64], ds987],
  // 56, 108 and 208 blocks of 18 Kibit; 28, 72 and 156 multipliers of 18 x 18 bits; one flip-flop to a LUT4.
  ['lfe5u-25f', undefined, 'ECP5 25k', ['OrangeCrab', 'ULX3S 25F'], 'ecp5', [24_288, 24_288, 28, 28], ecp5],
  ['lfe5u-45f', undefined, 'ECP5 45k', ['ULX3S 45F'], 'ecp5', [43_848, 43_848, 72, 54], ecp5],
  ['lfe5u-85f', undefined, 'ECP5 85k', ['ULX3S 85F', 'OrangeCrab 85F'], 'ecp5', [83_640, 83_640, 156, 104], ecp5],
];

/** Parts Camber knows, smallest first within a family. */
export const devices: readonly Device[] = rows.map(
  ([part, vivadoPart, name, boards, family, [lut, ff, dsp, bram36, uram], source]) => ({
    part,
    ...(vivadoPart === undefined ? {} : { vivadoPart }),
    description: boards.length === 0 ? name : `${name} (${boards.join(', ')})`,
    boards,
    family,
    available: { lut, ff, dsp, bram36 },
    ...(uram === undefined ? {} : { uram }),
    source,
  }),
);

export const defaultPart = 'xczu3eg';

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * The device of that name: a part, a part with package and speed grade, or a board, whatever its case and
 * punctuation; undefined where Camber knows none.
 */
export function findDevice(name: string, known: readonly Device[] = devices): Device | undefined {
  const wanted = plain(name);
  if (wanted === '') return undefined;
  return (
    known.find((d) => [d.part, d.vivadoPart ?? '', ...d.boards].some((n) => plain(n) === wanted)) ??
    // With a package behind it: xc7z020clg400-1.
    known.find((d) => wanted.startsWith(plain(d.part)))
  );
}

/** The known parts whose names, or whose boards' names, look like a misspelt one; none where none does. */
export function nearDevices(name: string, known: readonly Device[] = devices, count = 3): readonly Device[] {
  const byName = new Map(known.flatMap((d) => [d.part, ...d.boards].map((n) => [plain(n), d] as const)));
  const near = nearest(plain(name), [...byName.keys()], byName.size).map((n) => byName.get(n)!);
  return [...new Set(near)].slice(0, count);
}
