// The adder tree of one column: the sum of ROWS products, with a register after every second level.

`default_nettype none

module camber_adder_tree #(
    parameter ROWS = 16,                      // 4, 8, 16 or 32
    parameter SUM_BITS = 20
) (
    input  wire                clk,
    input  wire [ROWS*16-1:0]  products,      // of the current step, registered
    output wire [SUM_BITS-1:0] sum
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

    generate
        if (ROWS == 4) begin : tree
            assign sum = fours[0];
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
                assign sum = all;
            end else begin : level_3
                assign sum = sixteens[0];
            end
        end
    endgenerate
endmodule

`default_nettype wire
