/** How the test bench is built from the files of a build: parameters and options, for Makefile and FuseSoC. */
const verilatorFlags = [
  '-O3',
  '--x-assign',
  'fast',
  '--x-initial',
  'fast',
  '-Wno-fatal',
  '-Wno-lint',
  '-Wno-style',
];

export function verilatorOptions(parameters: ReadonlyMap<string, number>): string[] {
  return [...verilatorFlags, ...[...parameters].map(([name, value]) => `-G${name}=${value}`)];
}

export function icarusOptions(parameters: ReadonlyMap<string, number>): string[] {
  return ['-g2005', ...[...parameters].map(([name, value]) => `-Pcamber_tb.${name}=${value}`)];
}

/**
 * Makefile of `sim/`: the self-checking test bench on Verilator or Icarus. Prints a line per run and per difference, and
 * fails where there is one.
 */
export function makefile(
  verilog: readonly string[],
  images: readonly string[],
  parameters: ReadonlyMap<string, number>,
): string {
  return `# make verilator | make icarus: runs the accelerator on the vectors here and compares every write, result and cycle.
# Each ends with an error where anything differs. Options of the bench (camber_tb.v): make icarus ARGS="+gaps=1 +reset=500".
# Waveforms: make verilator TRACE=run.vcd, or TRACE=run.fst.
RTL = ${verilog.map((file) => `../rtl/${file}`).join(' ')}
IMAGES = ${images.join(' ')}

BUILD = build$(if $(TRACE),/trace$(suffix $(TRACE)))
arguments = $(ARGS) $(if $(TRACE),+trace=$(TRACE))
verilator_trace = $(if $(TRACE),+define+CAMBER_TRACE --trace$(if $(filter %.fst,$(TRACE)),-fst))
icarus_trace = $(if $(TRACE),-DCAMBER_TRACE)
vvp_trace = $(if $(filter %.fst,$(TRACE)),-fst)

passed = grep -q '^CAMBER {"done":true,"runs":[1-9][0-9]*,"mismatches":0}'

.PHONY: verilator icarus clean
verilator: $(BUILD)/verilator/camber_tb $(IMAGES)
	./$< $(arguments) | tee $(BUILD)/verilator.log
	@$(passed) $(BUILD)/verilator.log
icarus: $(BUILD)/camber_tb.vvp $(IMAGES)
	vvp -n $< $(vvp_trace) $(arguments) | tee $(BUILD)/icarus.log
	@$(passed) $(BUILD)/icarus.log

$(IMAGES): %: ../rtl/%
	cp $< $@

$(BUILD)/verilator/camber_tb: $(RTL) camber_tb.v camber_main.cpp
	mkdir -p $(BUILD)
	verilator --cc --exe --build ${verilatorOptions(parameters).join(' ')} $(verilator_trace) \\
	  -CFLAGS -O2 --top-module camber_tb --Mdir $(BUILD)/verilator -o camber_tb \\
	  $(RTL) camber_tb.v "$(CURDIR)/camber_main.cpp"
$(BUILD)/camber_tb.vvp: $(RTL) camber_tb.v
	mkdir -p $(BUILD)
	iverilog ${icarusOptions(parameters).join(' ')} $(icarus_trace) -s camber_tb -o $@ $(RTL) camber_tb.v

clean:
	rm -rf build $(IMAGES)
`;
}
