// One column of the array: ROWS products, their sum, the accumulator and the holding register.
//
// The adder tree has a register after every second level. `first`, `shift` and `last` come with the sum they belong
// to; `held` follows the accumulator one cycle after `last` so that the next vector can accumulate meanwhile.
//
// With `maximum` the accumulator keeps the largest sum, a byte, and `winner` 255 - the number of the step that brought it.

`default_nettype none

module camber_column #(
    parameter ROWS = 16,                      // 4, 8, 16 or 32
    parameter MAXIMUM = 1,                    // sums may be compared
    parameter WIDE = 1                        // values of 16 bits are read, plane by plane
) (
    input  wire              clk,
    input  wire [ROWS*16-1:0] products,       // of the current step, registered
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
    localparam FOURS = ROWS / 4;
    localparam SIXTEENS = (ROWS + 15) / 16;

    function [17:0] extend_product(input [15:0] value);
        extend_product = {{2{value[15]}}, value};
    endfunction

    function [19:0] extend_four(input [17:0] value);
        extend_four = {{2{value[17]}}, value};
    endfunction

    reg [17:0] fours [0:FOURS-1];
    integer    i;

    always @(posedge clk)
        for (i = 0; i < FOURS; i = i + 1)
            fours[i] <= (extend_product(products[(4*i)*16 +: 16]) + extend_product(products[(4*i+1)*16 +: 16]))
                + (extend_product(products[(4*i+2)*16 +: 16]) + extend_product(products[(4*i+3)*16 +: 16]));

    wire [31:0] sum;

    generate
        if (ROWS == 4) begin : tree
            assign sum = {{14{fours[0][17]}}, fours[0]};
        end else begin : tree
            reg [19:0] sixteens [0:SIXTEENS-1];
            if (ROWS == 8) begin : level_2
                always @(posedge clk)
                    sixteens[0] <= extend_four(fours[0]) + extend_four(fours[1]);
            end else begin : level_2
                integer j;
                always @(posedge clk)
                    for (j = 0; j < SIXTEENS; j = j + 1)
                        sixteens[j] <= (extend_four(fours[4*j]) + extend_four(fours[4*j+1]))
                            + (extend_four(fours[4*j+2]) + extend_four(fours[4*j+3]));
            end
            if (ROWS == 32) begin : level_3
                reg [20:0] all;
                always @(posedge clk)
                    all <= {sixteens[0][19], sixteens[0]} + {sixteens[1][19], sixteens[1]};
                assign sum = {{11{all[20]}}, all};
            end else begin : level_3
                assign sum = {{12{sixteens[0][19]}}, sixteens[0]};
            end
        end
    endgenerate

    reg  [31:0] accumulator;
    wire        wins;
    wire [31:0] carried = clear ? 32'd0 : WIDE != 0 && shift ? {accumulator[23:0], 8'd0} : accumulator;

    always @(posedge clk) begin
        if (enable && (!maximum || wins))
            accumulator <= carried + sum;
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
