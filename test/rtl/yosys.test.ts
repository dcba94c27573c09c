import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { needs } from '../support/tools.ts';
import { rtlDir } from './support/simulation.ts';

/** Block memories are counted by arithmetic, not by Yosys: here they are boxes with their ports. */
const memories = ['camber_memory.v', 'camber_rom.v', 'camber_table.v'];

function blackBox(file: string): string {
  const source = readFileSync(join(rtlDir, file), 'utf8');
  const header = /^module [\s\S]*?\n\);\n/m.exec(source)![0].replaceAll(/output reg/g, 'output wire');
  return `(* blackbox *)\n${header}endmodule\n`;
}

interface Synthesis {
  readonly cells: Readonly<Record<string, number>>;
  readonly log: string;
}

/** Runs Yosys on the engine up to `until` and counts the cells of the flattened design. */
function synthesise(rows: number, columns: number, until: string): Synthesis {
  const folder = mkdtempSync(join(tmpdir(), 'camber-yosys-'));
  try {
    const script = join(folder, 'synth.ys');
    const boxes = join(folder, 'boxes.v');
    const statistics = join(folder, 'stat.json');
    const sources = readdirSync(rtlDir).filter((file) => file.endsWith('.v') && !memories.includes(file));
    writeFileSync(boxes, memories.map(blackBox).join('\n'));
    const shape = `-set ROWS ${rows} -set COLUMNS ${columns} -set LANES ${columns / 2} -set PACKED 1`;
    writeFileSync(
      script,
      [
        `read_verilog -defer ${sources.join(' ')}`,
        `read_verilog ${boxes}`,
        `chparam ${shape} -set RESULT_WORDS 512 camber_top`,
        'hierarchy -check -top camber_top',
        'proc',
        // No two drivers of one wire, no wire without one, no combinational loops, no latches.
        'check -assert',
        'select -assert-none t:$dlatch t:$adlatch t:$sr',
        `synth_xilinx -family xc7 -flatten -top camber_top -run begin:${until}`,
        // Halfway through, DSP blocks are cells whose ports Yosys does not know yet.
        ...(until === 'check' ? ['check -assert'] : []),
        'select -assert-none t:$dlatch t:$adlatch t:LDCE t:LDPE t:$_DLATCH_*',
        `tee -q -o ${statistics} stat -json`,
        '',
      ].join('\n'),
    );
    const { status, stdout, stderr } = spawnSync('yosys', [script], {
      cwd: rtlDir,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    expect(`${stderr}${status === 0 ? '' : stdout.slice(-2000)}`).not.toMatch(/error/i);
    expect(status).toBe(0);
    const { design } = JSON.parse(readFileSync(statistics, 'utf8')) as {
      design: { num_cells_by_type: Record<string, number> };
    };
    return { cells: design.num_cells_by_type, log: stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const count = (cells: Readonly<Record<string, number>>, pattern: RegExp) =>
  Object.entries(cells).reduce((sum, [type, n]) => sum + (pattern.test(type) ? n : 0), 0);

needs('yosys')('synthesis for xc7', () => {
  it('4x4: whole, without latches, loops or two drivers of one wire', () => {
    const { cells } = synthesise(4, 4, 'check');
    console.log(
      `4x4: ${count(cells, /^LUT\d/)} LUT, ${count(cells, /^FD/)} FF, ${cells['DSP48E1']} DSP, memories left out`,
    );
    // Two products per DSP block, two blocks per requantiser lane.
    expect(cells['DSP48E1']).toBe(8 + 2 * 2);
    expect(count(cells, /^LUT\d/)).toBeGreaterThan(1000);
  }, 600_000);

  it('4x8, two squares: to DSP blocks, without latches, loops or two drivers of one wire', () => {
    const { cells } = synthesise(4, 8, 'coarse');
    expect(cells['DSP48E1']).toBe(16 + 2 * 4);
  }, 600_000);

  it('16x16: at most 0.5625 DSP blocks per MAC with two products per block', () => {
    const { cells } = synthesise(16, 16, 'coarse');
    expect(cells['DSP48E1']).toBe(128 + 2 * 8);
    expect(cells['DSP48E1']! / 256).toBeLessThanOrEqual(0.5625);
  }, 600_000);
});
