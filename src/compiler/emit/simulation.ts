/** Makefile of `sim/`: the self-checking test bench on Verilator or Icarus. Prints a line per run and per difference. */
export function makefile(
  verilog: readonly string[],
  images: readonly string[],
  parameters: ReadonlyMap<string, number>,
): string {
  const verilatorOptions = [...parameters].map(([name, value]) => `-G${name}=${value}`);
  const icarusOptions = [...parameters].map(([name, value]) => `-Pcamber_tb.${name}=${value}`);
  return `# make verilator | make icarus: runs the accelerator on the vectors here and compares every write, result and cycle.
RTL = ${verilog.map((file) => `../rtl/${file}`).join(' ')}
IMAGES = ${images.join(' ')}

.PHONY: verilator icarus clean
verilator: build/verilator/camber_tb $(IMAGES)
	./$<
icarus: build/camber_tb.vvp $(IMAGES)
	vvp $<

$(IMAGES): %: ../rtl/%
	cp $< $@

build/verilator/camber_tb: $(RTL) camber_tb.v camber_main.cpp
	mkdir -p build
	verilator --cc --exe --build -O3 --x-assign fast --x-initial fast -Wno-fatal -Wno-lint -Wno-style \\
	  -CFLAGS -O2 --top-module camber_tb ${verilatorOptions.join(' ')} \\
	  --Mdir build/verilator -o camber_tb $(RTL) camber_tb.v $(abspath camber_main.cpp)
build/camber_tb.vvp: $(RTL) camber_tb.v
	mkdir -p build
	iverilog -g2005 -s camber_tb ${icarusOptions.join(' ')} -o $@ $(RTL) camber_tb.v

clean:
	rm -rf build $(IMAGES)
`;
}
