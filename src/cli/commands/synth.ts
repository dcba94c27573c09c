import type { Command } from 'commander';
import { readBuild } from '../../toolchain/build-folder.ts';
import { deviceList } from '../../toolchain/device-list.ts';
import { synthBuild, type BuildSynthesis } from '../../toolchain/synth-build.ts';
import type { CliCommand, Outcome } from '../command.ts';
import { formatTable, grouped } from '../table.ts';

interface SynthCliOptions {
  readonly device?: string;
  readonly devices?: string;
  readonly native?: boolean;
  readonly pnr?: boolean;
}

function configure(parser: Command): void {
  parser
    .option('--device <part>', 'FPGA part or board (default: as compiled)')
    .option('--devices <file>', 'JSON file with devices of your own')
    .option('--native', 'runs the installed Yosys instead of the one that comes with Camber')
    .option('--pnr', 'places and routes as well, with nextpnr (ECP5): the clock that is achieved');
}

export const synth: CliCommand = {
  name: 'synth',
  description: 'synthesises the RTL of a build with Yosys: resources against the estimate and the device',
  positional: '<folder>',
  schemaVersion: 1,
  configure,
  run: async (folder: string, options: SynthCliOptions, context): Promise<Outcome> => {
    const known = await deviceList(options.devices);
    const build = await readBuild(folder);
    const started = performance.now();
    const result = await synthBuild(build, options.device, known, {
      native: options.native ?? false,
      pnr: options.pnr ?? false,
      signal: context.signal,
      onProgress: (pass) =>
        context.progress(`${((performance.now() - started) / 1000).toFixed(0)} s  ${pass}`),
    });
    const { synthesized, diagnostics, clock, ...rest } = result;
    return {
      json: { ...rest, ...synthesized, clockMHz: clock.MHz, clockSource: clock.source },
      text: describe(result),
      diagnostics,
    };
  },
};

const kinds = { lut: 'LUT', ff: 'FF', dsp: 'DSP', bram36: 'block RAM (36 Kibit)' } as const;

function describe(s: BuildSynthesis): string {
  const rows = (['lut', 'ff', 'dsp', 'bram36'] as const).map((kind) => ({ kind, ...valuesOf(s, kind) }));
  const table = formatTable(rows, [
    { title: s.part, value: (r) => kinds[r.kind] },
    { title: 'synthesised', value: (r) => grouped(r.synthesized), right: true },
    { title: 'of it memories', value: (r) => grouped(r.memories), right: true },
    { title: 'estimated', value: (r) => grouped(r.estimated), right: true },
    { title: 'available', value: (r) => grouped(r.available), right: true },
    { title: 'used', value: (r) => `${((100 * r.synthesized) / r.available).toFixed(1)} %`, right: true },
  ]);
  const time = s.cached
    ? `kept from an earlier run of ${s.seconds.toFixed(0)} s`
    : `${s.seconds.toFixed(0)} s`;
  return [
    table,
    '',
    `${s.fits ? 'Fits' : 'Does not fit'} ${s.part}; ${s.macsPerDspCycle.toFixed(2)} MACs per DSP and cycle, ${s.lutPerMac.toFixed(0)} LUT per MAC`,
    `${s.tool}, ${time}; ${describeClock(s)}`,
  ].join('\n');
}

function describeClock({ clock, placeAndRoute, fits }: BuildSynthesis): string {
  if (placeAndRoute === undefined) {
    return `the clock of ${clock.MHz} MHz is assumed${fits ? '' : '; what does not fit is not placed'}`;
  }
  const { tool, seconds, achievedMHz, requestedMHz, placed } = placeAndRoute;
  const cells = `${grouped(placed.lut)} LUT, ${grouped(placed.ff)} FF`;
  return `placed (${cells}) and routed by ${tool} in ${seconds.toFixed(0)} s: ${achievedMHz.toFixed(1)} MHz achieved, ${requestedMHz} asked for`;
}

const valuesOf = (s: BuildSynthesis, kind: keyof typeof kinds) => ({
  synthesized: s.synthesized[kind],
  memories: s.memories[kind],
  estimated: s.estimated[kind],
  available: s.available[kind],
});
