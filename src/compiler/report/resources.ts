import type { Schedule } from '../schedule/operation.ts';
import { blockRams, type MemoryShape } from './block-ram.ts';
import type { ResourceCount } from './devices.ts';

/** Bits of one channel's parameters: bias 32, multiplier 16, shift 6, residual multiplier 16, residual shift 4. */
const parameterBits = 74;
/** The control ROM: 64-bit words, 17 to a record; one record for the header. */
const recordWords = 17;

/** The memories of the accelerator: name, width, depth. They set the block RAM exactly. */
export function memoryShapes({ shape, depths, operations }: Schedule): MemoryShape[] {
  const { rows, columns, lanes } = shape;
  return [
    { name: 'weights', width: rows * columns * 8, depth: depths.weights, readPorts: 1 },
    // One port streams operands, one serves residuals and alpha.
    { name: 'activation', width: rows * 8, depth: depths.activation, readPorts: 2 },
    { name: 'image', width: rows * 8, depth: depths.image, readPorts: 1 },
    { name: 'parameters', width: lanes * parameterBits, depth: depths.parameters, readPorts: 1 },
    { name: 'mask', width: columns, depth: depths.mask, readPorts: 1 },
    { name: 'result', width: 32, depth: depths.result, readPorts: 1 },
    { name: 'control', width: 64, depth: (operations.length + 1) * recordWords, readPorts: 1 },
  ];
}

/** Two int8 products that share an operand fit one DSP block (AMD WP486). */
const macsPerDsp = 2;
/** A requantiser lane's 33 x 16 bit product takes two DSP blocks; the residual's shares them in time. */
const dspPerLane = 2;

/**
 * Logic as fixed + perMac * macs + perColumn * columns + perLane * lanes: the plane through four engines (4x4, 8x8 with
 * two and four lanes, 16x16) synthesised with Yosys 0.23 for xc7, packed, memories left out. A first estimate: no
 * engine was kept back to test it on.
 */
const logic = {
  lut: { fixed: 1870, perMac: 22.8, perColumn: 265, perLane: 859 },
  ff: { fixed: 3021, perMac: 10.8, perColumn: 175, perLane: 336 },
} as const;

/** Resource estimate. Block RAM is counted from the memories' shapes, DSP from the array and the lanes. */
export function estimateResources(schedule: Schedule): ResourceCount {
  const { rows, columns, lanes } = schedule.shape;
  const macs = rows * columns;
  const bram36 = memoryShapes(schedule).reduce((sum, memory) => sum + blockRams(memory), 0);
  const cells = ({ fixed, perMac, perColumn, perLane }: (typeof logic)['lut' | 'ff']) =>
    Math.round(fixed + perMac * macs + perColumn * columns + perLane * lanes);
  return {
    lut: cells(logic.lut),
    ff: cells(logic.ff),
    dsp: macs / macsPerDsp + dspPerLane * lanes,
    bram36,
  };
}
