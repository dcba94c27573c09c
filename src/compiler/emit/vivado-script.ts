import type { ToolTarget } from './core-file.ts';

/** Vivado batch script: synthesis out of context, with a clock constraint, reports beside it. */
export function vivadoScript({ name, verilog, images, clockMHz }: ToolTarget, vivadoPart: string): string {
  const period = (1000 / clockMHz).toFixed(3);
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

synth_design -top camber_top -part $part -mode out_of_context
create_clock -name clk -period ${period} [get_ports clk]
report_utilization -file [file join $here utilization.rpt]
report_timing_summary -file [file join $here timing.rpt]
write_checkpoint -force [file join $here ${name}.dcp]
`;
}
