/** The engine as the netlist of cells that Yosys made of it, in the test bench that the RTL is tested by. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryImages } from '../../../src/compiler/emit/images.ts';
import { testVectors } from '../../../src/compiler/emit/test-vectors.ts';
import { topParameters } from '../../../src/compiler/emit/top-parameters.ts';
import { families } from '../../../src/compiler/report/families.ts';
import { engineMemories } from '../../../src/compiler/report/resources.ts';
import { interpret } from '../../../src/compiler/schedule/interpreter.ts';
import type { Schedule } from '../../../src/compiler/schedule/operation.ts';
import { yosysBundle } from '../../../src/toolchain/assets.ts';
import { simulate } from '../../../src/toolchain/simulate.ts';
import type { SimulationResult } from '../../../src/toolchain/simulation.ts';
import { parameterArguments, runYosys } from '../../../src/toolchain/yosys.ts';
import { type Picture, rtlDir } from './simulation.ts';

/** Where the memories lie in the design, what they are called by the estimate, and the file they are filled from. */
const boxes: readonly (readonly [path: RegExp, memory: string, file: string])[] = [
  [/fetch\.rom\.box$/, 'control', 'control.hex'],
  [/weight_memory\.(square\.weights|banks\.lower)\.box$/, 'weights', 'weights.hex'],
  [/weight_memory\.banks\.upper\.box$/, 'weights, second bank', 'weights_upper.hex'],
  [/parameter_memory\.box$/, 'parameters', 'parameters.hex'],
  [/(activation|port)_memory\.box$/, 'activation', ''],
  [/image_memory\.box$/, 'image', ''],
  [/mask_memory\.box$/, 'mask', ''],
];

/** What a box stands for: the array of `camber_memory.v` or `camber_rom.v` with its first register. */
const memory = (name: string, width: number, depth: number, file: string) => {
  const bits = Math.max(1, Math.ceil(Math.log2(depth)));
  const ports =
    file === ''
      ? `input write_enable, input [${bits - 1}:0] write_address, input [${width - 1}:0] write_data, input read_enable, `
      : '';
  const write =
    file === '' ? 'if (write_enable) words[write_address] <= write_data;\n    if (read_enable) ' : '';
  // Block RAM starts with zeros where it is not told otherwise.
  const fill =
    file === ''
      ? `  integer i;\n  initial for (i = 0; i < ${depth}; i = i + 1) words[i] = 0;\n`
      : `  initial $readmemh("${file}", words);\n`;
  return `module ${name} (input clk, ${ports}input [${bits - 1}:0] read_address, output reg [${width - 1}:0] read_data);
  reg [${width - 1}:0] words [0:${depth - 1}];
${fill}  always @(posedge clk) begin
    ${write}read_data <= words[read_address];
  end
endmodule
`;
};

/** What a table stands for: `camber_table.v`. */
const table = (name: string, depth: number) => {
  const bits = Math.max(1, Math.ceil(Math.log2(depth)));
  return `module ${name} (input clk, input [15:0] address_0, address_1, output reg [15:0] entry_0, entry_1);
  reg [15:0] words [0:${depth - 1}];
  initial $readmemh("tables.hex", words);
  always @(posedge clk) begin
    entry_0 <= words[address_0[${bits - 1}:0]];
    entry_1 <= words[address_1[${bits - 1}:0]];
  end
endmodule
`;
};

const watched = [
  ...['class_used', 'top_class', 'build_id'].map((wire) => `camber_top/w:${wire}`),
  ...['issue', 'trace_operation', 'write_*', 'mask_write_*'].map((wire) => `*camber_engine*/w:${wire}`),
  ...['inference', 'explanation', 'stall'].map((counter) => `*camber_control*/w:${counter}_cycles`),
];

export interface Netlist {
  /** The cells, and the memories they are connected to. */
  readonly verilog: string;
  /** Instances by type of cell. */
  readonly cells: ReadonlyMap<string, number>;
}

/** Synthesises `camber_top` for 7-series, in one piece, with memories as boxes that simulate. */
export async function netlistOf(schedule: Schedule): Promise<Netlist> {
  const parameters = topParameters(schedule, 'xc7');
  const stored = ['camber_memory.v', 'camber_rom.v', 'camber_table.v'];
  const names = (await readdir(rtlDir)).filter((file) => file.endsWith('.v') && !stored.includes(file));
  const sources = [...names, 'synth/camber_boxed_memories.v'];
  const files = Object.fromEntries(
    await Promise.all(
      sources.map(
        async (file) => [file.split('/').at(-1)!, await readFile(join(rtlDir, file), 'utf8')] as const,
      ),
    ),
  );
  const { synthesise } = families.xc7;
  const { files: made } = await runYosys({
    files,
    script: [
      `read_verilog -defer ${Object.keys(files).join(' ')}`,
      `hierarchy -check -top camber_top ${parameterArguments(parameters)}`,
      // What the test bench looks at keeps its name, and the bits that nothing in the design reads.
      ...watched.map((wire) => `setattr -set keep 1 ${wire}`),
      synthesise,
      'write_verilog -noattr netlist.v',
      '',
    ].join('\n'),
    outputs: ['netlist.v'],
  });
  const shapes = new Map(engineMemories(parameters).map((m) => [m.name, m]));
  let modules = '';
  let count = 0;
  // A register that the RTL gives no value starts with 0, as a bitstream has it.
  const started = made['netlist.v']!.replaceAll(".INIT(1'hx)", ".INIT(1'h0)");
  const verilog = started.replaceAll(
    /\\\$paramod\S*\\camber_(memory_box|rom_box|table)\s+\\(\S+)\s+\(/g,
    (_, kind: string, path: string) => {
      const module = `box_${count++}`;
      if (kind === 'table') modules += table(module, parameters.get('TABLE_WORDS')!);
      else {
        const [, name, file] = boxes.find(([pattern]) => pattern.test(path))!;
        const { width, depth } = shapes.get(name)!;
        modules += memory(module, width, depth, file);
      }
      return `${module} \\${path} (`;
    },
  );
  const cells = new Map<string, number>();
  for (const [, type] of verilog.matchAll(/^ {2}([A-Z][A-Z0-9_]+) (?:#\(|\\|_)/gm)) {
    cells.set(type!, (cells.get(type!) ?? 0) + 1);
  }
  return { verilog: verilog + modules, cells };
}

/** The test bench with its looks inside the engine turned into names of the flat netlist. */
const flatBench = (bench: string): string =>
  bench
    .replace(/camber_top #\([\s\S]*?\n {4}\) dut \(/, 'camber_top dut (')
    .replaceAll(/dut\.(engine|control)\.(\w+)/g, 'dut.\\$1.$2 ');

/** Simulates a netlist on the pictures, one run after the other, against the operation-level interpreter. */
export async function simulateNetlist(
  schedule: Schedule,
  netlist: Netlist,
  pictures: readonly Picture[],
): Promise<SimulationResult> {
  const folder = await mkdtemp(join(tmpdir(), 'camber-netlist-'));
  try {
    const [source, dataDir] = [join(folder, 'rtl'), join(folder, 'data')];
    await mkdir(join(source, 'sim'), { recursive: true });
    await mkdir(dataDir);
    // Yosys's own models of the cells come with it.
    const models = await readFile(new URL('share/xilinx/cells_sim.v', yosysBundle()), 'utf8');
    await writeFile(join(source, 'netlist.v'), netlist.verilog);
    await writeFile(join(source, 'xilinx_cells.v'), models);
    const bench = await readFile(join(rtlDir, 'sim/camber_tb.v'), 'utf8');
    await writeFile(join(source, 'sim/camber_tb.v'), flatBench(bench));
    await writeFile(
      join(source, 'sim/camber_main.cpp'),
      await readFile(join(rtlDir, 'sim/camber_main.cpp'), 'utf8'),
    );
    const runs = pictures.map(({ pixels, fixedClass }) => ({
      pixels,
      ...(fixedClass === undefined ? {} : { fixedClass }),
      expected: interpret(schedule, pixels, fixedClass),
    }));
    for (const [file, text] of [...memoryImages(schedule, { buildId: 1 }), ...testVectors(schedule, runs)]) {
      await writeFile(join(dataDir, file), text);
    }
    return await simulate({
      rtlDir: source,
      dataDir,
      simulator: 'icarus',
      shape: schedule.shape,
      cacheDir: join(folder, 'simulators'),
    });
  } finally {
    if (process.env['CAMBER_KEEP'] === undefined) await rm(folder, { recursive: true, force: true });
    else console.log(`kept ${folder}`);
  }
}
