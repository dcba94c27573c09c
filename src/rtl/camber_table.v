// Look-up tables of activations: a read-only memory of 16-bit entries with two read ports. Read latency is one cycle.

`default_nettype none

module camber_table #(
    parameter DEPTH = 256,
    parameter FILE = "tables.hex"
) (
    input  wire        clk,
    // Table number and value; the depth decides how many bits count.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [15:0] address_0,
    input  wire [15:0] address_1,
    /* verilator lint_on UNUSEDSIGNAL */
    output reg  [15:0] entry_0,
    output reg  [15:0] entry_1
);
    localparam BITS = $clog2(DEPTH);

    (* rom_style = "block" *)
    reg [15:0] memory [0:DEPTH-1];

    initial $readmemh(FILE, memory);

    always @(posedge clk) begin
        entry_0 <= memory[address_0[BITS-1:0]];
        entry_1 <= memory[address_1[BITS-1:0]];
    end
endmodule

`default_nettype wire
