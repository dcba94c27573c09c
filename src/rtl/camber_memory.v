// Block memory, one write port and one read port.
//
// Read latency is two cycles (array register, output register). The output keeps its value until the next
// enabled read arrives, so a word read once can be used for several cycles. A read in the cycle of a write to
// the same address returns the old word; the schedule never does that.

`default_nettype none

module camber_memory #(
    parameter WIDTH = 8,
    parameter DEPTH = 1024
) (
    input  wire             clk,
    input  wire             write_enable,
    // Addresses are 16 bits wide everywhere in the engine; the depth decides how many of them count.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [15:0]      write_address,
    input  wire [15:0]      read_address,
    /* verilator lint_on UNUSEDSIGNAL */
    input  wire [WIDTH-1:0] write_data,
    input  wire             read_enable,
    output reg  [WIDTH-1:0] read_data
);
    localparam BITS = $clog2(DEPTH);
    // Shallow memories fit lookup tables, one or two to a bit; deeper ones are block RAM, whatever they hold.
    /* verilator lint_off UNUSEDPARAM */
    localparam STYLE = DEPTH > 64 ? "block" : "auto";
    /* verilator lint_on UNUSEDPARAM */

    (* ram_style = STYLE *)
    reg [WIDTH-1:0] memory [0:DEPTH-1];
    reg [WIDTH-1:0] stage;

    always @(posedge clk) begin
        if (write_enable)
            memory[write_address[BITS-1:0]] <= write_data;
        if (read_enable)
            stage <= memory[read_address[BITS-1:0]];
        read_data <= stage;
    end
endmodule

`default_nettype wire
