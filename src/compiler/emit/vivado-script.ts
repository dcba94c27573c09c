import type { ToolTarget } from './core-file.ts';

/** The clock as a constraint (XDC): read before synthesis, which is driven by it. */
export const clockConstraint = ({ clockMHz }: Pick<ToolTarget, 'clockMHz'>): string =>
  `create_clock -name clk -period ${(1000 / clockMHz).toFixed(3)} [get_ports clk]\n`;

/** Vivado batch script: synthesis out of context for the clock in `clock.xdc`, reports beside it. */
export function vivadoScript({ name, verilog, images }: ToolTarget, vivadoPart: string): string {
  return `# Synthesises ${name}: vivado -mode batch -source vivado.tcl
set here [file dirname [file normalize [info script]]]
set part [expr {$argc > 0 ? [lindex $argv 0] : "${vivadoPart}"}]

create_project -in_memory -part $part
foreach file {
${verilog.map((file) => `    ${file}`).join('\n')}
} { read_verilog [file join $here rtl $file] }
foreach file {
${images.map((file) => `    ${file}`).join('\n')}
} { read_mem [file join $here rtl $file] }
read_xdc [file join $here clock.xdc]

synth_design -top camber_top -part $part -mode out_of_context
report_utilization -file [file join $here utilization.rpt]
report_timing_summary -file [file join $here timing.rpt]
write_checkpoint -force [file join $here ${name}.dcp]
`;
}
