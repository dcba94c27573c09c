// Two columns of the array: their weight operands, products and sums. Neighbours on a square array; on one of two
// squares the same column of both, which exchange their sums where the weights' banks have changed places.
//
// The unit that the array repeats. Nothing but registers lies on its borders, so it can be placed, and its resources
// counted, by itself.

`default_nettype none

module camber_column_pair #(
    parameter ROWS = 16,
    parameter COLUMN = 0,               // the first of the two
    parameter EXCHANGE = 0,             // 1: the other one is ROWS columns further on, 0: it is the next
    parameter PACKED = 0,
    parameter TRANSPOSED = 1,
    parameter PORT = 1,
    parameter DIAGONAL = 1,
    parameter MAXIMUM = 1,
    parameter WIDE = 1
) (
    input  wire                clk,
    // operands, one cycle before `first`
    input  wire [2:0]          weight_mode,
    input  wire [2*ROWS*8-1:0] plain,          // column c, row r at byte c * ROWS + r
    input  wire [2*ROWS*8-1:0] transposed,
    input  wire [ROWS*8-1:0]   port_word,
    input  wire [EXCHANGE:0]   turn,           // of each half
    input  wire [ROWS*8-1:0]   first,          // row r at byte r
    // sums, as in camber_column.v
    input  wire [EXCHANGE:0]   enable,
    input  wire                clear,
    input  wire                vector_shift,
    input  wire                maximum,
    input  wire [EXCHANGE:0]   open,
    input  wire [7:0]          number,
    input  wire                hold,
    // Alone on a square array.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire                exchange,       // each sum is the other column's
    /* verilator lint_on UNUSEDSIGNAL */
    output wire [63:0]         held,
    output wire [15:0]         held_winner
);
    localparam SUM_BITS = ROWS == 4 ? 18 : ROWS == 32 ? 21 : 20;

    wire [2*SUM_BITS-1:0] sums;
    wire [2*ROWS*8-1:0]  second;
    wire [2*ROWS*16-1:0] products;

    genvar c, r;
    generate
        for (r = 0; r < ROWS; r = r + 1) begin : row
            camber_multiply_pair #(.PACKED(PACKED)) multiply (
                .clk(clk), .activation(first[r*8 +: 8]), .weight_0(second[r*8 +: 8]),
                .weight_1(second[(ROWS + r)*8 +: 8]), .product_0(products[r*16 +: 16]),
                .product_1(products[(ROWS + r)*16 +: 16])
            );
        end
        for (c = 0; c < 2; c = c + 1) begin : column
            camber_column_operand #(
                .ROWS(ROWS), .COLUMN(COLUMN + (EXCHANGE != 0 ? c*ROWS : c)), .TRANSPOSED(TRANSPOSED), .PORT(PORT),
                .DIAGONAL(DIAGONAL)
            ) operand (
                .clk(clk), .weight_mode(weight_mode), .plain(plain[c*ROWS*8 +: ROWS*8]),
                .transposed(transposed[c*ROWS*8 +: ROWS*8]), .port_word(port_word),
                .turn(turn[EXCHANGE != 0 ? c : 0]), .second(second[c*ROWS*8 +: ROWS*8])
            );
            camber_adder_tree #(.ROWS(ROWS), .SUM_BITS(SUM_BITS)) add (
                .clk(clk), .products(products[c*ROWS*16 +: ROWS*16]), .sum(sums[c*SUM_BITS +: SUM_BITS])
            );
            wire [SUM_BITS-1:0] sum = EXCHANGE != 0 && exchange
                ? sums[(1-c)*SUM_BITS +: SUM_BITS] : sums[c*SUM_BITS +: SUM_BITS];
            camber_column #(.SUM_BITS(SUM_BITS), .WIDE(WIDE), .MAXIMUM(MAXIMUM)) accumulate (
                .clk(clk), .sum(sum), .enable(enable[EXCHANGE != 0 ? c : 0]), .clear(clear), .shift(vector_shift),
                .maximum(maximum), .open(open[EXCHANGE != 0 ? c : 0]), .number(number), .hold(hold),
                .held(held[c*32 +: 32]), .held_winner(held_winner[c*8 +: 8])
            );
        end
    endgenerate
endmodule

`default_nettype wire
