// Read-only block memory, filled from a file of hexadecimal words. Read latency is two cycles.

`default_nettype none

module camber_rom #(
    parameter WIDTH = 8,
    parameter DEPTH = 1024,
    parameter FILE = "memory.hex"
) (
    input  wire             clk,
    // Addresses are 16 bits wide everywhere in the engine; the depth decides how many of them count.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [15:0]      read_address,
    /* verilator lint_on UNUSEDSIGNAL */
    output reg  [WIDTH-1:0] read_data
);
    localparam BITS = $clog2(DEPTH);
    // Shallow memories fit lookup tables, one or two to a bit; deeper ones are block RAM, whatever they hold.
    /* verilator lint_off UNUSEDPARAM */
    localparam STYLE = DEPTH > 64 ? "block" : "auto";
    /* verilator lint_on UNUSEDPARAM */

    (* rom_style = STYLE *)
    reg [WIDTH-1:0] memory [0:DEPTH-1];
    reg [WIDTH-1:0] stage;

    initial $readmemh(FILE, memory);

    always @(posedge clk) begin
        stage     <= memory[read_address[BITS-1:0]];
        read_data <= stage;
    end
endmodule

`default_nettype wire
