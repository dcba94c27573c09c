/** Simulators that are missing, too old or fail. */
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CompileError, formatDiagnostic } from '../../src/compiler/diagnostics.ts';
import {
  buildSimulator,
  defaultSimulator,
  type InstalledSimulator,
  type SimulatorBuild,
} from '../../src/toolchain/simulators.ts';
import { simulate } from '../../src/toolchain/simulate.ts';
import { rtlDir } from '../rtl/support/simulation.ts';

const path = process.env['PATH'];
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'camber-simulators-'));
  process.env['PATH'] = folder;
});
afterEach(async () => {
  process.env['PATH'] = path;
  await rm(folder, { recursive: true, force: true });
});

/** A program that prints its version and fails at everything else, its options written to a file where one is given. */
async function install(name: string, version: string, complaint = '', told = ''): Promise<void> {
  const file = join(folder, name);
  const node = process.execPath;
  const script = `const [, , option] = process.argv;
if (${JSON.stringify(told)} !== '') require('node:fs').writeFileSync(${JSON.stringify(told)}, JSON.stringify(process.argv.slice(2)));
if (option === '--version' || option === '-V') console.log(${JSON.stringify(version)});
else { console.error(${JSON.stringify(complaint)}); process.exit(1); }
`;
  await writeFile(file, `#!${node}\n${script}`);
  await chmod(file, 0o755);
}

const build = {
  rtlDir,
  benchDir: join(rtlDir, 'sim'),
  shape: { rows: 4, columns: 4, lanes: 2 },
  packed: false,
};

async function problem(name: InstalledSimulator, more: Partial<SimulatorBuild> = {}): Promise<string> {
  const error: unknown = await buildSimulator(name, { ...build, ...more }, join(folder, 'cache')).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(CompileError);
  return formatDiagnostic((error as CompileError).diagnostics[0]!).split('Run it by hand')[0]!;
}

it('missing', async () => {
  expect(await problem('verilator')).toMatchInlineSnapshot(`
    "error CAM601: verilator is not installed.
      Install Verilator 5 (Debian: apt-get install verilator), or leave it to the embedded simulator: --simulator embedded."
  `);
  expect(await problem('icarus')).toMatchInlineSnapshot(`
    "error CAM601: iverilog is not installed.
      Install Icarus Verilog (Debian: apt-get install iverilog), or leave it to the embedded simulator: --simulator embedded."
  `);
  expect(await defaultSimulator()).toBe('embedded');
});

it('too old', async () => {
  await install('verilator', 'Verilator 4.038 2020-07-11 rev v4.036-114-g0cd4a57ad');
  await install('iverilog', 'Icarus Verilog version 9.7 (stable)');
  expect(await problem('verilator')).toMatchInlineSnapshot(`
    "error CAM601: verilator 4.038 is too old: version 5 or newer is needed.
      Install Verilator 5 (Debian: apt-get install verilator), or leave it to the embedded simulator: --simulator embedded."
  `);
  expect(await problem('icarus')).toMatchInlineSnapshot(`
    "error CAM601: iverilog 9.7 is too old: version 10 or newer is needed.
      Install Icarus Verilog (Debian: apt-get install iverilog), or leave it to the embedded simulator: --simulator embedded."
  `);
  expect(await defaultSimulator()).toBe('embedded');
});

it('failing, in its own words', async () => {
  await install('verilator', 'Verilator 5.006', '%Error: camber_top.v:7: syntax error\nmore');
  expect(await problem('verilator')).toMatchInlineSnapshot(`
    "error CAM602: verilator failed with exit code 1: %Error: camber_top.v:7: syntax error
      "
  `);
  expect(await defaultSimulator()).toBe('verilator');
});

it('failing without saying so by its exit code, in its own words', async () => {
  for (const [name, script] of [
    ['iverilog', "if (process.argv[2] === '-V') console.log('Icarus Verilog version 12.0 (stable)');"],
    ['vvp', "console.log('VCD info: opened'); console.error('ERROR: no licence\\nmore');"],
  ] as const) {
    await writeFile(join(folder, name), `#!${process.execPath}\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  const request = {
    ...build,
    dataDir: folder,
    simulator: 'icarus',
    cacheDir: join(folder, 'cache'),
  } as const;
  const error: unknown = await simulate(request).catch((e: unknown) => e);
  expect(formatDiagnostic((error as CompileError).diagnostics[0]!)).toMatchInlineSnapshot(`
    "error CAM602: icarus stopped before the test bench was through: ERROR: no licence
      Check that the files of the build are whole: verify tells which are not as compiled."
  `);
});

it('waveforms in the form that is asked for', async () => {
  await install('verilator', 'Verilator 5.006', '', join(folder, 'told'));
  const asked = async (trace: 'vcd' | 'fst') => {
    await problem('verilator', { trace });
    const options = JSON.parse(await readFile(join(folder, 'told'), 'utf8')) as string[];
    return options.filter((option) => option.includes('race') || option.includes('TRACE'));
  };
  expect(await asked('vcd')).toEqual(['--trace', '+define+CAMBER_TRACE']);
  expect(await asked('fst')).toEqual(['--trace-fst', '+define+CAMBER_TRACE']);
});

it('made twice at the same time: neither writes into the folder of the other, and one remains', async () => {
  const file = join(folder, 'iverilog');
  const script = `const { openSync } = require('node:fs');
const [, , ...options] = process.argv;
if (options[0] === '-V') console.log('Icarus Verilog version 12.0 (stable)');
// Fails where the file is there already.
else { openSync(options[options.indexOf('-o') + 1], 'wx'); setTimeout(() => {}, 300); }
`;
  await writeFile(file, `#!${process.execPath}\n${script}`);
  await chmod(file, 0o755);
  const cache = join(folder, 'cache');
  const made = await Promise.all([1, 2].map(() => buildSimulator('icarus', build, cache)));
  expect(made[0]).toBe(made[1]);
  expect(await readdir(cache)).toEqual([basename(made[0]!)]);
});
