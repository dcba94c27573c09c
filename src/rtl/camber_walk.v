// A walk: an address (or coordinate) that is an affine function of the loop indices.
//
// The control ROM does not hold strides but deltas: what to add when one level steps and every level inside it
// returns to zero. So a walk is one adder, whatever the depth of the loop nest.

`default_nettype none

module camber_walk #(
    parameter WIDTH = 16,
    parameter LEVELS = 7
) (
    input  wire                    clk,
    input  wire                    load,    // start at `base`
    input  wire [WIDTH-1:0]        base,
    input  wire [LEVELS-1:0]       step,    // one-hot: the level that steps; all zero: hold. Bit 0 is the outermost level
    input  wire [LEVELS*WIDTH-1:0] deltas,  // level l at bit l * WIDTH
    output reg  [WIDTH-1:0]        value
);
    reg [WIDTH-1:0] delta;
    integer level;

    always @* begin
        delta = {WIDTH{1'b0}};
        for (level = 0; level < LEVELS; level = level + 1)
            delta = delta | (deltas[level*WIDTH +: WIDTH] & {WIDTH{step[level]}});
    end

    always @(posedge clk)
        if (load)
            value <= base;
        else
            value <= value + delta;
endmodule

`default_nettype wire
