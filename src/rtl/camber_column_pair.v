// Two adjacent columns of the array: their weight operands, products and sums.
//
// The unit that the array repeats. Nothing but registers lies on its borders, so it can be placed, and its resources
// counted, by itself.

`default_nettype none

module camber_column_pair #(
    parameter ROWS = 16,
    parameter COLUMN = 0,               // the first of the two
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
    input  wire                turn,
    input  wire [ROWS*8-1:0]   first,          // row r at byte r
    // sums, as in camber_column.v
    input  wire                enable,
    input  wire                clear,
    input  wire                vector_shift,
    input  wire                maximum,
    input  wire                open,
    input  wire [7:0]          number,
    input  wire                hold,
    output wire [63:0]         held,
    output wire [15:0]         held_winner
);
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
                .ROWS(ROWS), .COLUMN(COLUMN + c), .TRANSPOSED(TRANSPOSED), .PORT(PORT), .DIAGONAL(DIAGONAL)
            ) operand (
                .clk(clk), .weight_mode(weight_mode), .plain(plain[c*ROWS*8 +: ROWS*8]),
                .transposed(transposed[c*ROWS*8 +: ROWS*8]), .port_word(port_word),
                .turn(turn), .second(second[c*ROWS*8 +: ROWS*8])
            );
            camber_column #(.ROWS(ROWS), .WIDE(WIDE), .MAXIMUM(MAXIMUM)) accumulate (
                .clk(clk), .products(products[c*ROWS*16 +: ROWS*16]), .enable(enable), .clear(clear),
                .shift(vector_shift), .maximum(maximum), .open(open), .number(number), .hold(hold),
                .held(held[c*32 +: 32]), .held_winner(held_winner[c*8 +: 8])
            );
        end
    endgenerate
endmodule

`default_nettype wire
