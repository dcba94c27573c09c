import type { Device } from '../report/devices.ts';

export interface ToolTarget {
  readonly name: string;
  /** Verilog files in `rtl/`. */
  readonly verilog: readonly string[];
  /** Memory images in `rtl/`. */
  readonly images: readonly string[];
  readonly device: Device;
  readonly clockMHz: number;
}

/** FuseSoC core description (CAPI2). Memory images are copied to where the tool runs. */
export function coreFile({ name, verilog, images, device }: ToolTarget): string {
  const sources = verilog.map((file) => `      - rtl/${file}`).join('\n');
  const data = images.map((file) => `      - rtl/${file}: {copyto: ${file}, file_type: user}`).join('\n');
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
${data}

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
${device.vivadoPart === undefined ? '' : vivadoTarget(device.vivadoPart)}`;
}

const vivadoTarget = (part: string): string => `  synth:
    <<: *default
    default_tool: vivado
    tools:
      vivado:
        part: ${part}
`;
