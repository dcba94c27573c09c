/** FPGA resources, in the units of the device family: block RAM in 36-Kibit blocks. */
export interface ResourceCount {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram36: number;
}

export const resourceNames = ['lut', 'ff', 'dsp', 'bram36'] as const;
