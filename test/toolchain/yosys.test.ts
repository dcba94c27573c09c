import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { embeddedYosysVersion, runYosys, type YosysRun } from '../../src/toolchain/yosys.ts';
import { problem } from '../support/problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'camber-yosys-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const counter =
  "module counter(input clk, output reg [7:0] q); always @(posedge clk) q <= q + 8'd1; endmodule\n";
const run = (changes: Partial<YosysRun> = {}): YosysRun => ({
  files: { 'counter.v': counter },
  script:
    'read_verilog counter.v\nsynth_xilinx -family xc7 -noiopad -noclkbuf -top counter\ntee -q -o stat.json stat -json\n',
  outputs: ['stat.json'],
  ...changes,
});

describe('the embedded Yosys', () => {
  it('synthesises, reports its passes and keeps its log', async () => {
    const passes: string[] = [];
    const result = await runYosys(run({ onProgress: (pass) => passes.push(pass) }));
    const { design } = JSON.parse(result.files['stat.json']!) as {
      design: { num_cells_by_type: Record<string, number> };
    };
    expect(design.num_cells_by_type['FDRE']).toBe(8);
    expect(result.version).toBe(embeddedYosysVersion);
    expect(passes).toContain('ABC');
    expect(result.log).toContain('Executing SYNTH_XILINX pass');
  }, 300_000);

  it('fails with its own first error line and the place of its log', async () => {
    const log = join(folder, 'failed.log');
    const { code, message, hint } = await problem(
      runYosys(
        run({
          files: { 'counter.v': 'module counter(input clk, output q); assign q = nothing(clk); endmodule' },
          keepLog: (text) => {
            writeFileSync(log, text);
            return Promise.resolve(log);
          },
        }),
      ),
    );
    expect(code).toBe('CAM602');
    expect(message).toMatch(/counter\.v:1: ERROR: .*nothing/);
    expect(hint).toContain(log);
    expect(readFileSync(log, 'utf8')).toContain('nothing');
  }, 300_000);

  it('stops within a second when cancelled', async () => {
    const controller = new AbortController();
    // Minutes of work: a wide multiplier without DSP blocks.
    const wide = 'module counter(input [255:0] a, b, output [511:0] q); assign q = a * b; endmodule';
    let cancelled = 0;
    const { code } = await problem(
      runYosys({
        files: { 'counter.v': wide },
        script: 'read_verilog counter.v\nsynth -top counter\n',
        outputs: [],
        signal: controller.signal,
        onProgress: () => {
          if (cancelled !== 0) return;
          cancelled = performance.now();
          controller.abort();
        },
      }),
    );
    expect(code).toBe('CAM606');
    expect(performance.now() - cancelled).toBeLessThan(1000);
  }, 300_000);

  it('does not start where it is already cancelled', async () => {
    const { code } = await problem(runYosys(run({ signal: AbortSignal.abort() })));
    expect(code).toBe('CAM606');
  });
});
