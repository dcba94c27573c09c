/** What the embedded simulator says of Verilog that it does not take, and what lies in its waveforms. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompileError, formatDiagnostic } from '../../../src/compiler/diagnostics.ts';
import { compileNetlist } from '../../../src/toolchain/embedded/compile/compile.ts';
import { netlist } from '../../../src/toolchain/embedded/netlist.ts';
import { randomSchedule } from '../../rtl/support/random-operations.ts';
import { simulateSchedule } from '../../rtl/support/simulation.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'camber-limits-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The diagnostic that a module gives, without the numbers that Yosys puts into names. */
async function problem(ports: string, body: string, observed: readonly string[] = ['y']): Promise<string> {
  const text = `module top (input wire clk, ${ports}, output wire y);\n${body}\nendmodule\n`;
  const request = { top: 'top', files: { 'top.v': text }, parameters: new Map<string, number>(), observed };
  try {
    compileNetlist(await netlist(request, folder), 'top', { observed });
  } catch (error) {
    expect(error).toBeInstanceOf(CompileError);
    return (error as CompileError).diagnostics.map(formatDiagnostic).join('\n').replace(/\$\d+/g, '');
  }
  throw new Error('It was compiled.');
}

describe('the embedded simulator refuses', () => {
  it('latches, by their name', async () => {
    expect(await problem('input wire a, input wire b', 'reg q; assign y = q; always @* if (a) q = b;'))
      .toMatchInlineSnapshot(`
      "error CAM609: The embedded simulator has no cell of type $dlatch ($auto$proc_dlatch.cc:432:proc_dlatch).
        Choose another simulator, or describe the hardware by clocked registers, memories and logic."
    `);
  });

  it('combinational loops', async () => {
    expect(await problem('input wire [7:0] a', 'wire [7:0] w; assign w = w + a; assign y = w[7];'))
      .toMatchInlineSnapshot(`
      "error CAM609: The RTL has a combinational loop: $add$top.v:2.
        Put a register into the loop."
    `);
  });

  it('two clocks', async () => {
    expect(
      await problem(
        'input wire other, input wire a',
        'reg p, q; assign y = q; always @(posedge clk) p <= a; always @(posedge other) q <= p;',
      ),
    ).toMatchInlineSnapshot(`
      "error CAM609: The embedded simulator takes one clock, an input of the design, and one of its edges.
        Choose another simulator."
    `);
  });

  it('divisions of more than 64 bits', async () => {
    expect(await problem('input wire [69:0] a, input wire [69:0] b', 'wire [69:0] w = a / b; assign y = ^w;'))
      .toMatchInlineSnapshot(`
      "error CAM609: The embedded simulator has no $div of more than 64 bits ($div$top.v:2).
        Choose another simulator, or write the RTL with narrower values."
    `);
  });

  it('what Yosys cannot read, in its words', async () => {
    expect(await problem('input wire a', 'assign y = a +;')).toMatchInlineSnapshot(`
      "error CAM602: Yosys failed (exit code 1): top.v:2: ERROR: syntax error, unexpected ';'
        Report this as a fault of Camber."
    `);
  });
});

it('takes bits of a vector that depend on other bits of it for what they are', async () => {
  const body = 'wire [7:0] w; assign w = {w[6:0] & a[6:0], a[7]}; assign y = w[7];';
  await expect(problem('input wire [7:0] a', body)).rejects.toThrow('It was compiled.');
});

it('writes waveforms of ports, registers and observed nets', async () => {
  const { schedule, pixels } = randomSchedule(1, { rows: 4, columns: 4, lanes: 2 }, 3);
  const trace = join(folder, 'run.vcd');
  const result = await simulateSchedule(schedule, [{ pixels }], { simulator: 'embedded', trace });
  expect(result.passed).toBe(true);
  const text = await readFile(trace, 'utf8');
  const lines = text.split('\n');
  const code = (name: string) => new RegExp(`\\$var wire \\d+ (\\S+) ${name}(?: |$)`, 'm').exec(text)![1]!;
  const ones = (name: string) => {
    const rise = `1${code(name)}`;
    return lines.filter((line) => line === rise).length;
  };
  // The interrupt rises once in the run, and every operation begins once.
  expect(ones('irq')).toBe(1);
  expect(ones('trace_operation')).toBe(schedule.operations.length);
  expect(lines).toContain('$scope module sequencer $end');
  const counter = ` ${code('inference_cycles')}`;
  const last = lines.findLast((line) => line.endsWith(counter))!;
  expect(Number.parseInt(last.slice(1), 2)).toBe(schedule.cycles.inference);
}, 60_000);

it('writes only the waveforms around the first difference where that is wanted', async () => {
  const { schedule, pixels } = randomSchedule(1, { rows: 4, columns: 4, lanes: 2 }, 12);
  const run = async (name: string, images: typeof schedule, traceFrom?: number) => {
    const trace = join(folder, name);
    const result = await simulateSchedule(schedule, [{ pixels }], {
      simulator: 'embedded',
      images,
      trace,
      ...(traceFrom === undefined ? {} : { traceFrom }),
    });
    const text = await readFile(trace, 'utf8');
    return { result, text, cycles: text.match(/^#\d+0$/gm)!.length };
  };
  const wrong = { ...schedule, weightWords: schedule.weightWords.map((w) => w ^ 1) };
  const whole = await run('whole.vcd', wrong);
  const { operation } = whole.result.mismatches[0]!;
  const part = await run('part.vcd', wrong, schedule.operations[operation]!.start);
  // The same run, to the end, but recorded no longer than is of use.
  expect(part.result).toEqual(whole.result);
  expect(whole.cycles).toBeGreaterThan(600);
  expect(part.cycles).toBeGreaterThan(128);
  expect(part.cycles).toBeLessThanOrEqual(3 * 128);
  expect(part.text.startsWith(whole.text.slice(0, whole.text.indexOf('$enddefinitions')))).toBe(true);
  // Every variable has a value in the first cycle that is recorded.
  const variables = new Set([...part.text.matchAll(/^\$var wire \d+ (\S+) /gm)].map(([, code]) => code!));
  const first = part.text.slice(part.text.indexOf('$enddefinitions'), part.text.search(/^#\d*5$/m));
  expect(first.split('\n').filter((line) => /^(b[01]+ |[01])\S+$/.test(line)).length).toBe(variables.size);
  // Without a difference, the end of the run is what is known.
  const none = await run('none.vcd', schedule, 0);
  expect(none.result.passed).toBe(true);
  expect(none.cycles).toBeLessThanOrEqual(2 * 128);
}, 60_000);
