// The accumulator of one column of the array, and its holding register.
//
// `clear`, `shift` and `hold` come with the sum they belong to; `held` follows the accumulator one cycle after `hold` so
// that the next vector can accumulate meanwhile.
//
// With `maximum` the accumulator keeps the largest sum, a byte, and `winner` 255 - the number of the step that brought it.

`default_nettype none

module camber_column #(
    parameter SUM_BITS = 20,
    parameter MAXIMUM = 1,                    // sums may be compared
    parameter WIDE = 1                        // values of 16 bits are read, plane by plane
) (
    input  wire              clk,
    input  wire [SUM_BITS-1:0] sum,           // of a step's products
    input  wire              enable,          // a step's sum is there
    input  wire              clear,           // it starts an output vector, or replaces what there is
    // Without values of 16 bits there is no low plane.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire              shift,           // it starts the low plane: what was accumulated counts 256 times
    /* verilator lint_on UNUSEDSIGNAL */
    // Without pools by maximum they mean nothing.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire              maximum,         // it counts only if it is the largest so far
    input  wire              open,            // with `maximum`: it counts whatever it is
    input  wire [7:0]        number,
    /* verilator lint_on UNUSEDSIGNAL */
    input  wire              hold,            // the accumulator holds a complete sum
    output reg  [31:0]       held,
    output wire [7:0]        held_winner
);
    wire [31:0] addend = {{32-SUM_BITS{sum[SUM_BITS-1]}}, sum};

    reg  [31:0] accumulator;
    wire        wins;
    wire [31:0] carried = clear ? 32'd0 : WIDE != 0 && shift ? {accumulator[23:0], 8'd0} : accumulator;

    always @(posedge clk) begin
        if (enable && (!maximum || wins))
            accumulator <= carried + addend;
        if (hold)
            held <= accumulator;
    end

    generate
        if (MAXIMUM != 0) begin : largest
            wire signed [7:0] candidate = sum[7:0];
            wire signed [7:0] kept = accumulator[7:0];
            reg [7:0] winner, winner_kept;
            assign wins = open || candidate > kept;
            assign held_winner = winner_kept;
            always @(posedge clk) begin
                if (enable && wins)
                    winner <= ~number;
                if (hold)
                    winner_kept <= winner;
            end
        end else begin : largest
            assign wins = 1'b1;
            assign held_winner = 8'd0;
        end
    endgenerate
endmodule

`default_nettype wire
