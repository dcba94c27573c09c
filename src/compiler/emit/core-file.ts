import type { Device } from '../report/devices.ts';
import { icarusOptions, verilatorOptions } from './simulation.ts';

export interface ToolTarget {
  readonly name: string;
  /** Verilog files in `rtl/`. */
  readonly verilog: readonly string[];
  /** Memory images in `rtl/`. */
  readonly images: readonly string[];
  /** What the test bench reads, in `sim/`. */
  readonly vectors: readonly string[];
  /** Parameters of `camber_top`. */
  readonly parameters: ReadonlyMap<string, number>;
  readonly device: Device;
  readonly clockMHz: number;
}

/** FuseSoC core description (CAPI2): synthesis, lint, and the test bench. Data files are copied to where the tool runs. */
export function coreFile({ name, verilog, images, vectors, parameters, device }: ToolTarget): string {
  const sources = verilog.map((file) => `      - rtl/${file}`).join('\n');
  const data = (folder: string, files: readonly string[]) =>
    files.map((file) => `      - ${folder}/${file}: {copyto: ${file}, file_type: user}`).join('\n');
  return `CAPI=2:
name: ::${name}:0.1.0
description: GradCAM accelerator of ${name}, compiled by Camber

filesets:
  rtl:
    files:
${sources}
    file_type: verilogSource-2005
  images:
    files:
${data('rtl', images)}
  bench:
    files:
      - sim/camber_tb.v: {file_type: verilogSource-2005}
${data('sim', vectors)}
  clock:
    files:
      - sim/camber_main.cpp: {file_type: cppSource}
${device.vivadoPart === undefined ? '' : constraints}
targets:
  default: &default
    filesets: [rtl, images]
    toplevel: camber_top
  lint:
    <<: *default
    default_tool: verilator
    tools:
      verilator:
        mode: lint-only
        verilator_options: [-Wall]
  sim:
    <<: *default
    filesets: [rtl, images, bench, "tool_verilator? (clock)"]
    toplevel: camber_tb
    default_tool: icarus
    tools:
      icarus:
        iverilog_options: [${icarusOptions(parameters).join(', ')}]
      verilator:
        mode: cc
        verilator_options: [${verilatorOptions(parameters).join(', ')}]
${device.vivadoPart === undefined ? '' : vivadoTarget(device.vivadoPart)}`;
}

const constraints = `  constraints:
    files:
      - clock.xdc: {file_type: xdc}
`;

const vivadoTarget = (part: string): string => `  synth:
    <<: *default
    filesets: [rtl, images, constraints]
    default_tool: vivado
    tools:
      vivado:
        part: ${part}
`;
