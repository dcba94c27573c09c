import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/tools.ts';
import { describeMismatch, type VerifiedRun } from '../../src/toolchain/verify.ts';
import { camber, codes, sample, sampleFolder } from './support.ts';

let folder: string;
let build: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'camber-compile-'));
  build = join(folder, 'build');
  const { code, err } = await camber('compile', sample, '--out', build, '--array', '8x8', '--json');
  expect(code, err).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

const json = (file: string) => JSON.parse(readFileSync(join(build, file), 'utf8')) as Record<string, never>;

/** Does something while a file of the build holds another text. */
async function whileChanged<T>(
  name: string,
  change: (text: string) => string,
  run: () => Promise<T>,
): Promise<T> {
  const file = join(build, name);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, change(text));
  try {
    return await run();
  } finally {
    writeFileSync(file, text);
  }
}

describe('compile', () => {
  test('writes reports, static model, RTL, memory images, test bench and drivers', () => {
    for (const file of [
      'report.json',
      'report.html',
      'schedule.json',
      'tiny-resnet18.gradcam.onnx',
      'rtl/camber_top.v',
      'rtl/control.hex',
      'rtl/weights.hex',
      'rtl/parameters.hex',
      'sim/camber_tb.v',
      'sim/Makefile',
      'tiny_resnet18.core',
      'vivado.tcl',
      'clock.xdc',
      'driver/camber.h',
      'driver/camber.py',
    ]) {
      expect(existsSync(join(build, file)), file).toBe(true);
    }
  });

  test('the report, the schedule and the layers tell one figure', () => {
    const report = json('report.json') as unknown as {
      schemaVersion: number;
      cycles: { inference: number; explanation: number; total: number; overhead: number };
      layers: { start: number; cycles: number; phase: string }[];
    };
    expect(report.schemaVersion).toBe(1);
    const { inference, explanation, total, overhead } = report.cycles;
    expect(total).toBe(inference + explanation);
    expect(overhead).toBe(explanation / inference);
    const end = (phases: string[]) =>
      Math.max(...report.layers.filter((l) => phases.includes(l.phase)).map((l) => l.start + l.cycles));
    expect(end(['inference'])).toBe(inference);
    expect(end(['gradient', 'heatmap'])).toBe(total);
  });

  test('the same input and options give the same bytes', async () => {
    const again = join(folder, 'again');
    await camber('compile', sample, '--out', again, '--array', '8x8');
    expect(readFileSync(join(again, 'build.json'), 'utf8')).toBe(
      readFileSync(join(build, 'build.json'), 'utf8'),
    );
  });

  test.each([
    { what: 'an unknown target', args: ['--target', 'blocks.77'], code: 'CAM203' },
    { what: 'an unknown device', args: ['--device', 'xc7z0'], code: 'CAM503' },
    { what: 'an unknown array', args: ['--array', '7x9'], code: 'CAM504' },
    { what: 'a class out of range', args: ['--class', '10'], code: 'CAM205' },
    { what: 'a calibration picture that is none', args: ['--calibration', sample], code: 'CAM301' },
  ])('$what: one diagnostic, exit code 1, nothing written', async ({ args, code }) => {
    const out = join(folder, 'refused');
    const result = await camber('compile', sample, '--out', out, '--json', ...args);
    expect(result.code).toBe(1);
    expect(codes(result.out).filter((c) => c === code)).toHaveLength(1);
    expect(readdirSync(folder).filter((f) => f.includes('refused'))).toEqual([]);
  });

  test('a folder of the user is not overwritten', async () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    writeFileSync(join(own, 'thesis.txt'), 'precious');
    const result = await camber('compile', sample, '--out', own, '--json');
    expect(result.code).toBe(1);
    expect(codes(result.out)).toContain('CAM605');
    expect(readFileSync(join(own, 'thesis.txt'), 'utf8')).toBe('precious');
  });
});

describe('verify', () => {
  test('refuses a folder that is no build', async () => {
    const result = await camber('verify', folder, '--json');
    expect(result.code).toBe(1);
    expect(codes(result.out)).toEqual(['CAM603']);
  });

  test.each([
    { what: 'a class that the model lacks', args: ['--class', '10'], code: 'CAM205' },
    { what: 'waveforms in a place that cannot be', args: ['--trace', 'package.json/x.vcd'], code: 'CAM605' },
    { what: 'waveforms in place of a folder', args: ['--trace', 'src'], code: 'CAM605' },
    { what: 'one class of several that the model lacks', args: ['--class', '3,argmax,10'], code: 'CAM205' },
    {
      what: 'FST from a simulator that has VCD only',
      args: ['--simulator', 'embedded', '--trace', 'x.fst'],
      code: 'CAM611',
    },
  ])('refuses $what', async ({ args, code }) => {
    const result = await camber('verify', build, '--json', ...args);
    expect([result.code, codes(result.out)]).toEqual([1, [code]]);
  });
});

describe('what verify needs and lacks', () => {
  /** Does something while a file of the build is elsewhere. */
  async function whileMissing<T>(name: string, run: () => Promise<T>): Promise<T> {
    renameSync(join(build, name), join(folder, 'away'));
    try {
      return await run();
    } finally {
      renameSync(join(folder, 'away'), join(build, name));
    }
  }
  const refusal = async (...args: string[]) =>
    (await camber('verify', build, ...args)).err.replaceAll(build, 'build');

  test('each with one diagnostic, on any simulator', async () => {
    const told = {
      weights: await whileMissing('rtl/weights.hex', () => refusal('--simulator', 'icarus')),
      weightsEmbedded: await whileMissing('rtl/weights.hex', () => refusal('--simulator', 'embedded')),
      bench: await whileMissing('sim', () => refusal('--simulator', 'icarus')),
      network: await whileMissing('model/network.json', () => refusal()),
      manifest: await whileMissing('build.json', () => refusal()),
      damagedManifest: await whileChanged(
        'build.json',
        () => '{"schemaVersion": 1}',
        () => refusal(),
      ),
      addedVerilog: await whileAdded('rtl/extra.v', () => refusal('--simulator', 'embedded')),
      trace: await refusal('--simulator', 'embedded', '--trace', 'x.fst'),
    };
    expect(told).toMatchSnapshot();
  });

  async function whileAdded<T>(name: string, run: () => Promise<T>): Promise<T> {
    writeFileSync(join(build, name), '');
    try {
      return await run();
    } finally {
      rmSync(join(build, name));
    }
  }
});

test('a difference, and a run that hangs, in words', () => {
  const at = { run: 0, operation: 2, index: 0, expected: '0', actual: '1f' };
  expect(describeMismatch({ ...at, kind: 'activation' })).toBe('activation 0 is 1f, not 0');
  expect(describeMismatch({ ...at, kind: 'hang' })).toBe(
    'the run hangs, nothing has moved for 100,000 cycles',
  );
});

describe('verify without any tool', () => {
  const path = process.env['PATH'];
  beforeAll(() => {
    process.env['PATH'] = '';
  });
  afterAll(() => {
    process.env['PATH'] = path;
  });

  test('passes on the embedded simulator', async () => {
    const { code, out } = await camber('verify', build, '--json', '--pauses', '5');
    const result = JSON.parse(out) as VerifyJson & { readonly simulator: string };
    expect(result).toMatchObject({ passed: true, simulator: 'embedded', images: 3, mismatches: [] });
    expect(result.cycles).toEqual(result.expected);
    expect(code).toBe(0);
  }, 240_000);

  test('several classes on one picture, a reset in the first run, and a note on what was changed', async () => {
    const picture = `${sampleFolder}chelsea.jpg`;
    const args = ['verify', build, '--json', '--image', picture, '--class', '7,argmax'];
    // As if compiled with a class of its own, which those asked for take the place of.
    const { code, out } = await whileChanged(
      'build.json',
      (text) => text.replace('{', '{ "fixedClass": 2,'),
      () =>
        whileChanged(
          'sim/image.hex',
          (text) => `${text}\n`,
          () => camber(...args, '--reset', '3000', '--pauses', '6'),
        ),
    );
    const { runs, ...result } = JSON.parse(out) as VerifyJson;
    expect(code).toBe(0);
    expect(result).toMatchObject({ passed: true, images: 1 });
    expect(runs.map((r) => [r.image, r.class, r.classUsed, r.topClass])).toEqual([
      [0, 7, 7, 3],
      [0, 'argmax', 3, 3],
    ]);
    for (const r of runs) {
      expect(r.stall).toBeGreaterThan(0);
      expect(r.wall).toBe(r.inference + r.explanation + r.stall);
    }
    expect(codes(out)).toEqual(['CAM612']);
    expect(out).toContain('sim/image.hex is not as compiled.');
  }, 240_000);

  test('refuses Verilog and weights that are not as compiled', async () => {
    for (const name of ['rtl/camber_argmax.v', 'rtl/weights.hex']) {
      const { code, out } = await whileChanged(
        name,
        (text) => `${text}\n`,
        () => camber('verify', build, '--json'),
      );
      expect(code).toBe(1);
      expect(codes(out)).toEqual(['CAM603']);
      expect(out).toContain(`${name} is not as compiled, and the embedded simulator runs nothing else.`);
    }
  });
});

interface VerifyJson {
  readonly passed: boolean;
  readonly images: number;
  readonly tensorsCompared: number;
  readonly mismatches: readonly { readonly layer?: string }[];
  readonly runs: readonly VerifiedRun[];
  readonly cycles: object;
  readonly expected: object;
}

needs('verilator')('verify on Verilator', () => {
  const verify = async (...args: string[]) => {
    const { code, out } = await camber('verify', build, '--json', ...args);
    return { code, ...(JSON.parse(out) as VerifyJson) };
  };

  test('passes: three pictures, every layer, counters equal to the schedule', async () => {
    const result = await verify('--pauses', '3', '--reset', '70000');
    expect(result).toMatchObject({ code: 0, passed: true, images: 3, mismatches: [] });
    expect(result.cycles).toEqual(result.expected);
    const { layers } = json('report.json') as unknown as { layers: readonly object[] };
    expect(result.tensorsCompared).toBe(3 * layers.length);
  }, 240_000);

  test('refuses a reset that would come after the run', async () => {
    const { code, err } = await camber('verify', build, '--reset', '9999999');
    expect(code).toBe(1);
    expect(err).toMatch(
      /CAM610: There is no reset after 9999999 cycles: a run has \d+\.\n {2}Give a whole number/,
    );
  });

  test('names the layer where a weight was changed, and exits with 1', async () => {
    // The first weight word belongs to the stem: its lowest byte becomes another.
    const change = (text: string) => {
      const line = text.slice(0, text.indexOf('\n'));
      const last = line.endsWith('55') ? 'aa' : '55';
      return line.slice(0, -2) + last + text.slice(line.length);
    };
    const result = await whileChanged('rtl/weights.hex', change, () => verify());
    expect(result.code).toBe(1);
    expect(result.passed).toBe(false);
    expect(result.mismatches[0]?.layer).toBe('/stem/stem.0/Conv');
  }, 240_000);

  test('Verilog that was changed is compiled as it lies there', async () => {
    const { code, out } = await whileChanged(
      'rtl/camber_argmax.v',
      (text) => `${text}\nthis is not Verilog\n`,
      () => camber('verify', build, '--json'),
    );
    expect(code).toBe(1);
    expect(codes(out)).toEqual(['CAM602']);
  }, 240_000);

  test('so is the Verilog of another version of Camber', async () => {
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const name = 'rtl/camber_argmax.v';
    const old = readFileSync(join(build, name), 'utf8');
    const another = `${old}\nthis is not Verilog\n`;
    const { out } = await whileChanged(
      name,
      () => another,
      () =>
        whileChanged(
          'build.json',
          (text) => text.replace(sha256(old), sha256(another)),
          () => camber('verify', build, '--json'),
        ),
    );
    expect(codes(out)).toEqual(['CAM602']);
  }, 240_000);
});
