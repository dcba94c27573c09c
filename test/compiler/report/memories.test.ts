import { describe, expect, it } from 'vitest';
import { blockRams, memoryCost } from '../../../src/compiler/report/block-ram.ts';

describe('block RAM, xc7', () => {
  // What Yosys 0.55 (synth_xilinx -family xc7) infers from camber_memory.v of that shape; RAMB18E1 is one half.
  const inferred = [
    { width: 128, depth: 65, blocks: 2 },
    { width: 128, depth: 500, blocks: 2 },
    { width: 128, depth: 513, blocks: 4 },
    { width: 128, depth: 1024, blocks: 4 },
    { width: 128, depth: 1500, blocks: 6 },
    { width: 128, depth: 2048, blocks: 7.5 },
    { width: 128, depth: 2049, blocks: 9.5 },
    { width: 128, depth: 3000, blocks: 11.5 },
    { width: 128, depth: 4097, blocks: 17 },
    { width: 128, depth: 6000, blocks: 22.5 },
    { width: 64, depth: 300, blocks: 1 },
    { width: 64, depth: 1000, blocks: 2 },
    { width: 64, depth: 3000, blocks: 6 },
    { width: 32, depth: 512, blocks: 0.5 },
    { width: 32, depth: 3000, blocks: 3 },
    { width: 16, depth: 256, blocks: 0.5 },
    { width: 16, depth: 2000, blocks: 1 },
    { width: 8, depth: 3000, blocks: 1 },
    { width: 4, depth: 5000, blocks: 1 },
    { width: 296, depth: 77, blocks: 4.5 },
    { width: 512, depth: 100, blocks: 7.5 },
    { width: 512, depth: 600, blocks: 14.5 },
    { width: 512, depth: 2000, blocks: 28.5 },
    { width: 2048, depth: 2400, blocks: 143 },
  ];
  for (const { width, depth, blocks } of inferred) {
    it(`${depth} words of ${width} bits: ${blocks}`, () => {
      expect(blockRams({ name: 'm', width, depth, readPorts: 1 }, 'xc7')).toBe(blocks);
    });
  }

  it('doubles with the read ports, and is nothing where nothing is stored', () => {
    const memory = { name: 'm', width: 128, depth: 3000, readPorts: 2 };
    expect(blockRams(memory, 'xc7')).toBe(23);
    expect(blockRams({ ...memory, depth: 0 }, 'xc7')).toBe(0);
  });
});

describe('shallow memories', () => {
  const shape = { name: 'm', readPorts: 1 };
  const none = { dsp: 0, bram36: 0 };

  // RAM64M and RAM32M of four LUTs each, and LUT6 as ROM, as Yosys 0.55 infers them.
  it('are lookup tables', () => {
    expect(memoryCost({ ...shape, width: 128, depth: 60 }, 'xc7')).toEqual({ lut: 43 * 4, ff: 128, ...none });
    expect(memoryCost({ ...shape, width: 16, depth: 20 }, 'xc7')).toEqual({ lut: 3 * 4, ff: 16, ...none });
    expect(memoryCost({ ...shape, width: 592, depth: 58, readOnly: true }, 'xc7')).toEqual({
      lut: 592,
      ff: 592,
      ...none,
    });
  });

  it('end at 64 words', () => {
    expect(blockRams({ ...shape, width: 16, depth: 64 }, 'xc7')).toBe(0);
    expect(blockRams({ ...shape, width: 16, depth: 65 }, 'xc7')).toBe(0.5);
  });
});
