import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { emitAccelerator, identifier } from '../../../src/compiler/emit/accelerator.ts';
import { registers } from '../../../src/compiler/emit/registers.ts';
import { withParameters } from '../../../src/compiler/emit/top-parameters.ts';
import { defaultPart, findDevice } from '../../../src/compiler/report/devices.ts';
import { engineShape } from '../../../src/compiler/schedule/engine-shape.ts';
import { interpret } from '../../../src/compiler/schedule/interpreter.ts';
import { schedule } from '../../../src/compiler/schedule/schedule.ts';
import { findTool, needs } from '../../support/tools.ts';
import { generateNetwork } from '../schedule/support/generate.ts';

const rtlFolder = fileURLToPath(new URL('../../../src/rtl', import.meta.url));
const sources = (folder: string, kinds: RegExp) =>
  new Map(
    readdirSync(folder)
      .filter((file) => kinds.test(file))
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );

function accelerator(seed: number): Map<string, string> {
  const { network, pixels } = generateNetwork(seed);
  const plan = schedule(network, engineShape('4x4'));
  return emitAccelerator({
    name: 'my model, 2nd',
    schedule: plan,
    rtl: sources(rtlFolder, /\.v$/),
    bench: sources(join(rtlFolder, 'sim'), /\.(v|cpp)$/),
    build: { buildId: 0x12345678 },
    device: findDevice(defaultPart)!,
    clockMHz: 125,
    runs: [
      { pixels, expected: interpret(plan, pixels) },
      { pixels, fixedClass: 1, expected: interpret(plan, pixels, 1) },
    ],
  });
}

/** The files in a folder of their own in `folder`, as a user has them. */
function written(files: ReadonlyMap<string, string>, folder: string): string {
  const root = mkdtempSync(join(folder, 'build-'));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** What a tool says, and its exit code where it is not 0. */
function said(command: string, ...args: string[]): string {
  const { stdout, stderr, status, error } = spawnSync(command, args, { encoding: 'utf8' });
  return `${stdout}${stderr}${error ? String(error) : status === 0 ? '' : `exit code ${status}`}`;
}

describe('the accelerator as files', () => {
  const files = accelerator(3);

  it('is the same, byte for byte, every time', () => {
    expect([...accelerator(3)]).toEqual([...files]);
  });

  it('sets the parameters of camber_top and leaves the rest of the Verilog alone', () => {
    const original = readFileSync(join(rtlFolder, 'camber_top.v'), 'utf8').split('\n');
    const emitted = files.get('rtl/camber_top.v')!.split('\n');
    const changed = emitted.filter((line, n) => line !== original[n]);
    expect(emitted).toHaveLength(original.length);
    expect(changed.every((line) => line.trim().startsWith('parameter '))).toBe(true);
    expect(emitted.join('\n')).toContain('parameter ROWS = 4,');
    const records = files.get('rtl/control.hex')!.trim().split('\n').length;
    expect(emitted.join('\n')).toContain(`parameter ROM_WORDS = ${records},`);
    const weights = files.get('rtl/weights.hex')!.trim().split('\n').length;
    expect(emitted.join('\n')).toContain(`parameter WEIGHT_WORDS = ${weights},`);
  });

  it('refuses a top module without a parameter', () => {
    expect(() => withParameters('module camber_top', new Map([['ROWS', 4]]))).toThrow('ROWS');
  });

  it('lists every Verilog file and memory image for FuseSoC and Vivado', () => {
    const core = files.get('my_model_2nd.core')!;
    const script = files.get('vivado.tcl')!;
    for (const path of files.keys()) {
      if (!path.startsWith('rtl/')) continue;
      expect(core).toContain(`- ${path}`);
      expect(script).toContain(path.slice('rtl/'.length));
    }
    expect(core).toContain('part: xczu3eg-sbva484-1-e');
    expect(core).toContain('- clock.xdc: {file_type: xdc}');
    expect(files.get('clock.xdc')).toBe('create_clock -name clk -period 8.000 [get_ports clk]\n');
    // Synthesis is driven by the clock: it must know it before.
    expect(script.indexOf('clock.xdc')).toBeGreaterThan(0);
    expect(script.indexOf('clock.xdc')).toBeLessThan(script.indexOf('synth_design'));
  });

  it('tells the register map to C and to Python', () => {
    const header = files.get('driver/camber.h')!;
    for (const { name, offset } of registers) {
      const hex = offset.toString(16).padStart(2, '0');
      expect(header).toContain(`#define CAMBER_${name.toUpperCase()} 0x${hex}u`);
    }
    expect(header).toContain('#define CAMBER_CLASS_SELECT_FIXED 0x80000000u');
    expect(files.get('driver/camber.py')).toContain('self.core.write(0x08');
  });

  it('names in the FuseSoC core every file that the test bench reads, and no other', () => {
    const core = files.get('my_model_2nd.core')!;
    const listed = [...core.matchAll(/^ +- ((?:rtl|sim)\/[\w.]+)/gm)].map(([, path]) => path!).sort();
    const emitted = [...files.keys()].filter((path) => /^(rtl|sim)\//.test(path) && path !== 'sim/Makefile');
    expect(listed).toEqual(emitted.sort());
  });

  it('makes names that Verilog, FuseSoC and Python take', () => {
    expect(['a b', '2nd', 'ü', 'x/y.onnx'].map(identifier)).toEqual(['a_b', '_2nd', '_', 'x_y_onnx']);
  });
});

// Verilator brings a C++ compiler.
needs('verilator')('the emitted C header', () => {
  it('is taken by C and C++ compilers without a warning', () => {
    const folder = mkdtempSync(join(tmpdir(), 'camber-header-'));
    try {
      const root = written(accelerator(3), folder);
      const source = join(root, 'use.c');
      writeFileSync(
        source,
        '#include "driver/camber.h"\nunsigned beats(void) { return CAMBER_IMAGE_BEATS; }\n',
      );
      const strict = ['-Wall', '-Wextra', '-pedantic', '-Werror', '-fsyntax-only', source];
      for (const standard of ['c89', 'c17']) expect(said('gcc', `-std=${standard}`, ...strict)).toBe('');
      expect(said('g++', '-x', 'c++', '-std=c++17', ...strict)).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

needs('python onnx')('the emitted driver', () => {
  it('is Python', () => {
    const folder = mkdtempSync(join(tmpdir(), 'camber-driver-'));
    try {
      const root = written(accelerator(3), folder);
      expect(
        said(findTool('python onnx')!, '-W', 'error', '-m', 'py_compile', join(root, 'driver/camber.py')),
      ).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

needs('iverilog')('the emitted test bench, by its own Makefile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'camber-accelerator-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(files: ReadonlyMap<string, string>, ...args: string[]) {
    const root = written(files, folder);
    const { stdout, stderr, status } = spawnSync('make', ['icarus', ...args], {
      cwd: join(root, 'sim'),
      encoding: 'utf8',
    });
    const summary = /CAMBER (\{"done".*\})/.exec(stdout);
    if (!summary) throw new Error(`no summary: ${stdout} ${stderr}`);
    const result = JSON.parse(summary[1]!) as { mismatches: number; runs: number };
    return { ...result, status, wrote: readdirSync(join(root, 'sim')) };
  }

  it('finds the RTL equal to the schedule, bit for bit and cycle for cycle', () => {
    expect(run(accelerator(3))).toMatchObject({ runs: 2, mismatches: 0, status: 0 });
  }, 60_000);

  it('takes pauses and a reset in mid-flight, and writes waveforms', () => {
    const result = run(accelerator(3), 'ARGS=+gaps=5 +reset=50', 'TRACE=run.fst');
    expect(result).toMatchObject({ runs: 2, mismatches: 0, status: 0 });
    expect(result.wrote).toContain('run.fst');
  }, 60_000);

  it('finds one wrong weight, and fails', () => {
    const files = accelerator(3);
    const weights = files.get('rtl/weights.hex')!.split('\n');
    const first = weights[0]!;
    weights[0] = first.slice(0, -2) + (first.endsWith('00') ? '7f' : '00');
    files.set('rtl/weights.hex', weights.join('\n'));
    const { mismatches, status } = run(files);
    expect(mismatches).toBeGreaterThan(0);
    expect(status).not.toBe(0);
  }, 60_000);
});
