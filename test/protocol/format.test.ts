import { describe, expect, it } from 'vitest';
import * as format from '../../src/protocol/format.ts';
import { shortName } from '../../src/protocol/short-name.ts';

describe('figures', () => {
  it.each([
    [format.count(139012), '139,012'],
    [format.resource(18_218), '18,218'],
    [format.resource(209.5), '209.5'],
    [format.cycles(1), '1 cycle'],
    [format.cycles(4640), '4,640 cycles'],
    [format.percent(0.184), '18.4 %'],
    [format.percent(0.0662), '6.62 %'],
    [format.percent(0.00001), '< 0.01 %'],
    [format.percent(0), '0.00 %'],
    [format.added(0.0011), '+0.11 %'],
    [format.bytes(1536), '1.5 KiB'],
    [format.bytes(0), '0 B'],
    [format.macs(34_900_000), '34.9 M MACs'],
    [format.latency(139012, 100), '1.39 ms'],
    [format.latency(50, 100), '500 ns'],
    [format.latency(139553, 100), '1.40 ms'],
    [format.shape([1, 16, 32, 32]), '1×16×32×32'],
    [format.shape([]), 'scalar'],
  ])('%s', (given, expected) => expect(given).toBe(expected));
});

describe('short names', () => {
  it.each([
    ['/blocks/blocks.0/conv1/Conv', 'Conv', 'blocks.0/conv1'],
    ['/layer4/layer4.1/relu_1/Relu', 'Relu', 'layer4.1/relu_1'],
    ['/layer1/layer1.0/Relu_1', 'Relu', 'layer1.0/Relu_1'],
    ['/Add', 'Add', 'Add'],
    ['conv2d_3', 'Conv', 'conv2d_3'],
    ['/', 'Conv', '/'],
  ])('of %s is the part that tells', (id, op, short) => expect(shortName(id, op)).toBe(short));
});
