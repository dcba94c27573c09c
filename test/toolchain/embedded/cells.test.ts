/**
 * Every kind of cell against Icarus Verilog: random expressions of every operator, at odd widths, signed and unsigned,
 * narrow and wide, and clocked processes of every kind, on random inputs. Digits that Icarus leaves undefined (a part
 * select out of range, a division by zero) are not compared: there is nothing that they should be.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileNetlist } from '../../../src/toolchain/embedded/compile/compile.ts';
import { buildDesign, type Design, storeBytes } from '../../../src/toolchain/embedded/compile/design.ts';
import { readNetlist } from '../../../src/toolchain/embedded/compile/netlist.ts';
import { splitWide } from '../../../src/toolchain/embedded/compile/split-wide.ts';
import { Machine, parseHexWords } from '../../../src/toolchain/embedded/machine.ts';
import { imageOf } from '../../../src/toolchain/embedded/memory-files.ts';
import { netlist } from '../../../src/toolchain/embedded/netlist.ts';
import { Random } from '../../compiler/schedule/support/random.ts';
import { needs } from '../../support/tools.ts';

interface Port {
  readonly name: string;
  readonly width: number;
  readonly signed?: boolean;
}

interface Module {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Declarations and assignments. */
  readonly body: string;
}

const range = (width: number): string => `[${width - 1}:0]`;

function verilog({ inputs, outputs, body }: Module): string {
  const ports = [
    'input wire clk',
    ...inputs.map((p) => `input wire ${p.signed ? 'signed ' : ''}${range(p.width)} ${p.name}`),
    ...outputs.map((p) => `output wire ${range(p.width)} ${p.name}`),
  ];
  return `module top (\n    ${ports.join(',\n    ')}\n);\n${body}\nendmodule\n`;
}

/** Input values in hexadecimal, one row per cycle. */
function stimuli(random: Random, { inputs }: Module, cycles: number): string[][] {
  const digit = () => random.integer(0, 15).toString(16);
  return Array.from({ length: cycles }, () =>
    inputs.map(({ width }) => {
      // Extremes more often than chance would have them.
      const kind = random.integer(0, 5);
      const text = Array.from({ length: Math.ceil(width / 4) }, () =>
        kind === 0 ? '0' : kind === 1 ? 'f' : digit(),
      ).join('');
      return (BigInt(`0x${text}`) & ((1n << BigInt(width)) - 1n)).toString(16);
    }),
  );
}

/** What Icarus makes of it: outputs just before each clock edge, in hexadecimal. */
function icarus(module: Module, rows: readonly (readonly string[])[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'camber-cells-'));
  try {
    const { inputs, outputs } = module;
    const connect = [...inputs, ...outputs].map(({ name }) => `.${name}(${name})`);
    const bench = [
      'module bench;',
      'reg clk = 0;',
      ...inputs.map((p) => `reg ${range(p.width)} ${p.name};`),
      ...outputs.map((p) => `wire ${range(p.width)} ${p.name};`),
      `top dut (.clk(clk), ${connect.join(', ')});`,
      'initial begin',
      ...rows.map((row) =>
        [
          ...row.map((value, i) => `${inputs[i]!.name} = ${inputs[i]!.width}'h${value};`),
          `#4 $display("${outputs.map(() => '%h').join(' ')}", ${outputs.map((o) => o.name).join(', ')});`,
          '#1 clk = 1; #5 clk = 0;',
        ].join(' '),
      ),
      'end',
      'endmodule',
    ].join('\n');
    writeFileSync(join(folder, 'top.v'), verilog(module));
    writeFileSync(join(folder, 'bench.v'), bench);
    const run = (command: string, args: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
      expect(stderr, `${verilog(module)}`).toBe('');
      expect(status).toBe(0);
      return stdout;
    };
    run('iverilog', ['-g2005', '-o', 'bench.vvp', 'top.v', 'bench.v']);
    return run('vvp', ['-n', 'bench.vvp'])
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** No two registers' stores touch the same byte. */
function expectDisjoint({ registerStores }: Design): void {
  const owner = new Map<number, number>();
  registerStores.forEach((store, n) => {
    for (let i = 0; i < storeBytes(store); i++) {
      expect(owner.get(store.offset + i), `byte ${store.offset + i}`).toBeUndefined();
      owner.set(store.offset + i, n);
    }
  });
}

async function embedded(module: Module, rows: readonly (readonly string[])[]): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), 'camber-cells-'));
  try {
    const observed = module.outputs.map(({ name }) => name);
    const json = await netlist(
      { top: 'top', files: { 'top.v': verilog(module) }, parameters: new Map(), observed },
      folder,
    );
    expectDisjoint(buildDesign(splitWide(readNetlist(json, 'top')), { observed }));
    const machine = new Machine(compileNetlist(json, 'top', { observed }));
    for (const { memory, word, bits } of machine.layout.contents) {
      const { width } = machine.layout.memories.find(({ name }) => name === memory)!;
      machine.load(memory, imageOf(bits, width), word);
    }
    return rows.map((row) => {
      row.forEach((value, i) => {
        const { name, width } = module.inputs[i]!;
        machine.bytes.set(parseHexWords(value, width).data, machine.layout.inputs.get(name)!.offset);
      });
      machine.step(1);
      return module.outputs.map(({ name, width }) => {
        const bytes = machine.observedBytes(name);
        const text = [...bytes].reverse().map((b) => b.toString(16).padStart(2, '0'));
        return text.join('').slice(-Math.ceil(width / 4));
      });
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(module: Module, seed: number, cycles: number): Promise<void> {
  const rows = stimuli(new Random(seed), module, cycles);
  const theirs = icarus(module, rows);
  const ours = await embedded(module, rows);
  expect(ours.length).toBe(theirs.length);
  let digits = 0;
  ours.forEach((row, cycle) =>
    row.forEach((value, i) => {
      const expected = theirs[cycle]![i]!;
      const known = [...value].map((d, n) => (/[xXzZ]/.test(expected[n]!) ? expected[n]! : d)).join('');
      const { name } = module.outputs[i]!;
      const text = module.body.split('\n').find((line) => line.includes(` ${name} `)) ?? name;
      expect(known, `cycle ${cycle}, ${text}`).toBe(expected);
      digits += [...expected].filter((d) => !/[xXzZ]/.test(d)).length;
    }),
  );
  // A comparison of undefined digits would say nothing.
  expect(digits / theirs.flat().join('').length).toBeGreaterThan(0.7);
}

const widths = [1, 3, 7, 8, 13, 16, 31, 32, 33, 50, 64, 65, 100, 130] as const;

function operands(random: Random): Port[] {
  return widths.flatMap((width) => [
    { name: `u${width}`, width },
    { name: `s${width}`, width, signed: true },
    // A second one of some width.
    { name: `v${width}`, width: random.pick(widths) },
  ]);
}

const binary = ['+', '-', '*', '&', '|', '^', '~^', '==', '!=', '<', '<=', '>', '>=', '&&', '||'] as const;
const unary = ['~', '-', '!', '&', '|', '^', '~&', '~|', '~^'] as const;
const shifts = ['<<', '>>', '<<<', '>>>'] as const;

/** One assignment per operator and a random choice of operands and result widths. */
function combinational(seed: number): Module {
  const random = new Random(seed);
  const inputs = operands(random);
  const outputs: Port[] = [];
  const lines: string[] = [];
  const any = () => random.pick(inputs).name;
  const narrow = () => random.pick(inputs.filter(({ width }) => width <= 8)).name;
  /** Both signed or any two, so that signed operations are not rare. */
  const two = () => {
    const signed = inputs.filter((p) => p.signed);
    return random.chance(0.5) ? [random.pick(signed).name, random.pick(signed).name] : [any(), any()];
  };
  const add = (expression: string) => {
    const port = { name: `y${outputs.length}`, width: random.pick(widths) };
    outputs.push(port);
    lines.push(`    assign ${port.name} = ${expression};`);
  };
  for (const op of binary)
    for (let n = 0; n < 4; n++) {
      const [a, b] = two();
      add(`${a} ${op} ${b}`);
    }
  for (const op of unary) for (let n = 0; n < 3; n++) add(`${op}${any()}`);
  for (const op of shifts)
    for (let n = 0; n < 4; n++) add(`${any()} ${op} ${random.chance(0.8) ? narrow() : any()}`);
  const dividends = inputs.filter(({ width }) => width <= 64);
  for (const op of ['/', '%'])
    for (let n = 0; n < 3; n++) {
      const signed = dividends.filter((p) => p.signed);
      const [a, b] = random.chance(0.5)
        ? [random.pick(signed).name, random.pick(signed).name]
        : [random.pick(dividends).name, random.pick(dividends).name];
      const port = { name: `y${outputs.length}`, width: random.pick([5, 32, 64] as const) };
      outputs.push(port);
      lines.push(`    assign ${port.name} = ${a} ${op} ${b};`);
    }
  for (let n = 0; n < 6; n++) {
    const wide = random.pick(inputs.filter(({ width }) => width >= 31));
    add(`${wide.name}[${narrow()} +: ${random.integer(1, 20)}]`);
    add(`${wide.name}[${random.pick(['u3', 'u7'])} * ${random.integer(2, 9)} +: 8]`);
    add(`${wide.name}[${narrow()}]`);
    add(`u1 ? ${any()} : ${any()}`);
    add(`{${any()}, {${random.integer(2, 9)}{${narrow()}}}, ${any()}}`);
    add(`(${any()} & ${any()}) + (${any()} | ~${any()})`);
    add(`$signed(${any()}) >>> ${narrow()}`);
  }
  // Selections, priorities and tables.
  outputs.push(
    { name: 'chosen', width: 33 },
    { name: 'wide_chosen', width: 130 },
    { name: 'looked_up', width: 9 },
  );
  outputs.push({ name: 'inserted', width: 128 });
  lines.push(
    '    reg [32:0] choice; assign chosen = choice;',
    "    always @* case (u3) 3'd0: choice = u33; 3'd1: choice = s13; 3'd3: choice = u50; 3'd6: choice = ~u64; default: choice = s7; endcase",
    '    reg [129:0] wide_choice; assign wide_chosen = wide_choice;',
    "    always @* casez (u7) 7'b1??????: wide_choice = u130; 7'b01?????: wide_choice = {u65, s65}; 7'b0001???: wide_choice = s100; default: wide_choice = {130{u1}}; endcase",
    '    reg [8:0] entry; assign looked_up = entry;',
    `    always @* case (u7[4:0]) ${Array.from({ length: 32 }, (_, i) => `5'd${i}: entry = 9'd${random.integer(0, 511)};`).join(' ')} endcase`,
    '    reg [127:0] insertion; assign inserted = insertion;',
    '    integer i; always @* begin insertion = {u64, s64}; for (i = 0; i < 4; i = i + 1) insertion[(u3[1:0] * 4 + i) * 8 +: 8] = s32[i*8 +: 8]; end',
  );
  return { inputs, outputs, body: lines.join('\n') };
}

/** Registers with enables, resets and initial values, memories with several ports. */
function sequential(seed: number): Module {
  const random = new Random(seed);
  const inputs: Port[] = [
    { name: 'en', width: 1 },
    { name: 'rst', width: 1 },
    { name: 'sel', width: 3 },
    { name: 'a', width: 4 },
    { name: 'b', width: 4 },
    ...[1, 8, 13, 64, 90, 200].map((width) => ({ name: `d${width}`, width })),
  ];
  const outputs: Port[] = [];
  const lines: string[] = [];
  const register = (width: number, process: (q: string) => string, initial = '') => {
    const name = `q${outputs.length}`;
    outputs.push({ name: `y${outputs.length}`, width });
    lines.push(
      `    reg ${range(width)} ${name}${initial};`,
      `    assign y${outputs.length - 1} = ${name};`,
      `    ${process(name)}`,
    );
  };
  for (const width of [1, 8, 13, 64, 90, 200]) {
    const value = `${width}'d${random.integer(0, width > 1 ? 1 << Math.min(width, 20) : 1)}`;
    const initial = ` = ${value}`;
    const d = `d${width}`;
    register(width, (q) => `always @(posedge clk) ${q} <= ${d};`, initial);
    register(width, (q) => `always @(posedge clk) if (en) ${q} <= ${d};`, initial);
    register(width, (q) => `always @(posedge clk) if (!en) ${q} <= ~${d};`, initial);
    register(
      width,
      (q) => `always @(posedge clk) if (rst) ${q} <= ${value}; else ${q} <= ${q} + ${d};`,
      initial,
    );
    register(
      width,
      (q) => `always @(posedge clk) if (!rst) ${q} <= ${value}; else if (en) ${q} <= ${d};`,
      initial,
    );
    register(
      width,
      (q) => `always @(posedge clk) if (en) begin if (rst) ${q} <= ${value}; else ${q} <= ${d}; end`,
      initial,
    );
    register(
      width,
      (q) => `always @(posedge clk or posedge rst) if (rst) ${q} <= ${value}; else ${q} <= ${d};`,
      initial,
    );
    register(
      width,
      (q) =>
        `always @(posedge clk or negedge rst) if (!rst) ${q} <= ${value}; else if (en) ${q} <= ${d} ^ ${q};`,
      initial,
    );
    register(
      width,
      (q) =>
        `always @(posedge clk) case (sel) 0: ${q} <= ${d}; 1: ${q} <= ${q} << 1; 2, 5: ${q} <= ${q} - 1; default: ; endcase`,
      initial,
    );
  }
  // Registers put together from pieces of all lengths, which are stored piece by piece.
  for (let n = 0; n < 24; n++) {
    const pieces: string[] = [];
    let width = 0;
    const add = (length: number) => {
      const from = random.pick([64, 90, 200] as const);
      pieces.unshift(`d${from}[${random.integer(0, from - length)} +: ${length}]`);
      width += length;
    };
    // Whole bytes, so that the pieces are stored as they are, then a rest.
    while (width < 65 || random.chance(0.7)) add(random.chance(0.9) ? 8 * random.integer(1, 5) : 13);
    add(random.integer(1, 31));
    const value = `{${pieces.join(', ')}}`;
    register(
      width,
      (q) => `always @(posedge clk) if (${n % 2 === 0 ? 'en' : '1'}) ${q} <= ${value};`,
      ' = 0',
    );
  }
  const fill = (memory: string, width: number, depth: number) => {
    const bits = () => Array.from({ length: width }, () => random.integer(0, 1)).join('');
    const words = Array.from({ length: depth }, (_, i) => `${memory}[${i}] = ${width}'b${bits()};`);
    return `initial begin ${words.join(' ')} end`;
  };
  for (const width of [8, 13, 90]) {
    const memory = `m${width}`;
    const d = `d${width}`;
    const bytes = Array.from({ length: Math.floor(width / 4) }, (_, i) => i);
    lines.push(`    reg ${range(width)} ${memory} [0:15]; ${fill(memory, width, 16)}`);
    const writes = bytes.map((i) => `if (d64[${i}]) ${memory}[b][${4 * i} +: 4] <= d200[${4 * i} +: 4];`);
    lines.push(
      `    always @(posedge clk) begin if (en) ${memory}[a] <= ${d}; if (sel == 2) begin ${writes.join(' ')} end end`,
    );
    register(width, (q) => `always @(posedge clk) ${q} <= ${memory}[b];`, ' = 0');
    register(width, (q) => `always @(posedge clk) if (!rst) ${q} <= ${memory}[a ^ sel];`, ' = 0');
    outputs.push({ name: `y${outputs.length}`, width });
    lines.push(`    assign y${outputs.length - 1} = ${memory}[a];`);
  }
  // Fewer words than addresses, counted from 3.
  lines.push(
    `    reg [7:0] odd [3:13]; ${Array.from({ length: 11 }, (_, i) => `initial odd[${i + 3}] = ${i * 7};`).join(' ')}`,
  );
  lines.push('    always @(posedge clk) if (en && a >= 3 && a <= 13) odd[a] <= d8;');
  register(8, (q) => `always @(posedge clk) if (b >= 3 && b <= 13) ${q} <= odd[b];`, ' = 0');
  return { inputs, outputs, body: lines.join('\n') };
}

needs('iverilog')('cells of the embedded simulator against Icarus', () => {
  it.each([1, 2, 3, 4])(
    'expressions, seed %i',
    async (seed) => compare(combinational(seed), seed, 60),
    60_000,
  );
  it.each([1, 2])(
    'registers and memories, seed %i',
    async (seed) => compare(sequential(seed), seed, 150),
    60_000,
  );
});
