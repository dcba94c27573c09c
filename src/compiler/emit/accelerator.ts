import { fail } from '../diagnostics.ts';
import type { Device } from '../report/devices.ts';
import type { Schedule } from '../schedule/operation.ts';
import { cHeader } from './c-header.ts';
import { coreFile } from './core-file.ts';
import type { BuildOptions } from './encode-operation.ts';
import { memoryImages } from './images.ts';
import { pynqDriver } from './pynq-driver.ts';
import { makefile } from './simulation.ts';
import { type TestRun, testVectors } from './test-vectors.ts';
import { topParameters, withParameters } from './top-parameters.ts';
import { clockConstraint, vivadoScript } from './vivado-script.ts';

export interface AcceleratorInput {
  /** Model name; becomes part of file names (letters, digits, underscores). */
  readonly name: string;
  readonly schedule: Schedule;
  /** The hand-written Verilog by file name: `camber_top.v` and its modules. */
  readonly rtl: ReadonlyMap<string, string>;
  /** The test bench by file name. */
  readonly bench: ReadonlyMap<string, string>;
  readonly build: BuildOptions;
  readonly device: Device;
  readonly clockMHz: number;
  /** What the test bench feeds and expects; at least one run. */
  readonly runs: readonly TestRun[];
}

/** A name that Verilog tools, FuseSoC and Python accept. */
export function identifier(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^(?=\d)/, '_');
  return plain === '' ? 'model' : plain;
}

/**
 * Files of the accelerator, path to contents: `rtl/` (Verilog and memory images), `sim/` (test bench and its vectors),
 * and what tools need to take them up. The same input gives the same bytes.
 */
export function emitAccelerator(input: AcceleratorInput): Map<string, string> {
  const { schedule, rtl, bench, build, device, clockMHz, runs } = input;
  const top = rtl.get('camber_top.v');
  if (top === undefined) fail('CAM505', 'The RTL has no camber_top.v.', 'Report this as a fault of Camber.');
  const name = identifier(input.name);
  const files = new Map<string, string>();
  for (const [file, text] of rtl) files.set(`rtl/${file}`, text);
  const parameters = topParameters(schedule, device.family);
  files.set('rtl/camber_top.v', withParameters(top, parameters));
  const images = memoryImages(schedule, build);
  for (const [file, text] of images) files.set(`rtl/${file}`, text);

  for (const [file, text] of bench) files.set(`sim/${file}`, text);
  const vectors = testVectors(schedule, runs);
  for (const [file, text] of vectors) files.set(`sim/${file}`, text);
  const verilog = [...rtl.keys()].sort();
  files.set('sim/Makefile', makefile(verilog, [...images.keys()], parameters));

  const target = {
    name,
    verilog,
    images: [...images.keys()],
    vectors: [...vectors.keys()],
    parameters,
    device,
    clockMHz,
  };
  files.set(`${name}.core`, coreFile(target));
  if (device.vivadoPart !== undefined) {
    files.set('vivado.tcl', vivadoScript(target, device.vivadoPart));
    files.set('clock.xdc', clockConstraint(target));
  }
  files.set('driver/camber.h', cHeader(schedule));
  files.set('driver/camber.py', pynqDriver(schedule));
  return files;
}
