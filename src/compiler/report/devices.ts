/** FPGA resources, in the units of the device family: block RAM in 36-Kibit blocks. */
export interface ResourceCount {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram36: number;
}

export interface Device {
  readonly part: string;
  /** With package and speed grade, as Vivado wants it: the board's, or the commonest. */
  readonly vivadoPart: string;
  readonly description: string;
  /** Series 7 and UltraScale+ share the block RAM modes counted in `block-ram.ts`. */
  readonly family: 'xc7' | 'xcup';
  readonly available: ResourceCount;
  /** Where the figures come from. */
  readonly source: string;
}

const ds180 = 'AMD DS180, 7 Series FPGAs Data Sheet: Overview';
const ds190 = 'AMD DS190, Zynq-7000 SoC Data Sheet: Overview';
const ds891 = 'AMD DS891, Zynq UltraScale+ MPSoC Data Sheet: Overview';
const ds987 = 'AMD DS987, Kria K26 SOM Data Sheet';

const row = (
  part: string,
  vivadoPart: string,
  description: string,
  family: Device['family'],
  [lut, ff, dsp, bram36]: readonly [number, number, number, number],
  source: string,
): Device => ({ part, vivadoPart, description, family, available: { lut, ff, dsp, bram36 }, source });

/** Parts Camber knows, smallest first within a family. */
export const devices: readonly Device[] = [
  row('xc7a35t', 'xc7a35ticsg324-1L', 'Artix-7 35T (Arty, Basys 3)', 'xc7', [20_800, 41_600, 90, 50], ds180),
  row(
    'xc7a100t',
    'xc7a100tcsg324-1',
    'Artix-7 100T (Arty A7-100T)',
    'xc7',
    [63_400, 126_800, 240, 135],
    ds180,
  ),
  row(
    'xc7a200t',
    'xc7a200tsbg484-1',
    'Artix-7 200T (Nexys Video)',
    'xc7',
    [134_600, 269_200, 740, 365],
    ds180,
  ),
  row('xc7k325t', 'xc7k325tffg900-2', 'Kintex-7 325T (KC705)', 'xc7', [203_800, 407_600, 840, 445], ds180),
  row('xc7z010', 'xc7z010clg400-1', 'Zynq 7010 (Zybo)', 'xc7', [17_600, 35_200, 80, 60], ds190),
  row(
    'xc7z020',
    'xc7z020clg400-1',
    'Zynq 7020 (PYNQ-Z1, PYNQ-Z2)',
    'xc7',
    [53_200, 106_400, 220, 140],
    ds190,
  ),
  row('xczu2eg', 'xczu2eg-sbva484-1-e', 'Zynq UltraScale+ ZU2EG', 'xcup', [47_232, 94_464, 240, 150], ds891),
  row(
    'xczu3eg',
    'xczu3eg-sbva484-1-e',
    'Zynq UltraScale+ ZU3EG (Ultra96)',
    'xcup',
    [70_560, 141_120, 360, 216],
    ds891,
  ),
  row(
    'xczu7ev',
    'xczu7ev-ffvc1156-2-e',
    'Zynq UltraScale+ ZU7EV (ZCU104)',
    'xcup',
    [230_400, 460_800, 1_728, 312],
    ds891,
  ),
  row('xck26', 'xck26-sfvc784-2LV-c', 'Kria K26 (KV260)', 'xcup', [117_120, 234_240, 1_248, 144], ds987),
];

export const defaultPart = 'xczu3eg';

/** The device of that part name, whatever its case; undefined where Camber knows none. */
export function findDevice(part: string): Device | undefined {
  return devices.find((device) => device.part === part.toLowerCase());
}
