/** FPGA resources, in the units of the device family: block RAM in 36-Kibit blocks. */
export interface ResourceCount {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram36: number;
}

export const resourceNames = ['lut', 'ff', 'dsp', 'bram36'] as const;

export const add = (a: ResourceCount, b: ResourceCount): ResourceCount => ({
  lut: a.lut + b.lut,
  ff: a.ff + b.ff,
  dsp: a.dsp + b.dsp,
  bram36: a.bram36 + b.bram36,
});

export const subtract = (a: ResourceCount, b: ResourceCount): ResourceCount => ({
  lut: a.lut - b.lut,
  ff: a.ff - b.ff,
  dsp: a.dsp - b.dsp,
  bram36: a.bram36 - b.bram36,
});
