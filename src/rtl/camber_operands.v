// Chooses the two operands of the array from the words the memories have delivered. One register stage.
//
// First operand, one byte per row: the activation or image word, padding where the window lies outside, or
// one-hot(class). Second operand, one byte per row and column: the weight word, plain or transposed, or the word
// of the second activation port in column 0 (other columns zero).

`default_nettype none

module camber_operands #(
    parameter ROWS = 16,
    parameter COLUMNS = 16,
    parameter ROW_BITS = 4
) (
    input  wire                      clk,
    input  wire [1:0]                source,           // 0 activation memory, 1 image memory, 2 one-hot(class)
    input  wire [2:0]                weight_mode,      // 0 plain, 1 transposed, 2 port
    input  wire                      is_inside,           // the window coordinates lie inside the first operand
    input  wire [7:0]                padding,
    input  wire [ROWS*8-1:0]         image_pattern,    // image word of padding pixels
    input  wire [ROW_BITS-1:0]       class_row,        // class mod ROWS
    input  wire [ROWS*8-1:0]         activation_word,
    input  wire [ROWS*8-1:0]         image_word,
    input  wire [ROWS*8-1:0]         port_word,
    input  wire [ROWS*COLUMNS*8-1:0] weight_word,      // w[r][c] at byte r * COLUMNS + c
    output reg  [ROWS*8-1:0]         first,            // row r at byte r
    output reg  [ROWS*COLUMNS*8-1:0] second            // column c, row r at byte c * ROWS + r
);
    integer i, r, c;

    always @(posedge clk)
        case (source)
            2'd0: first <= is_inside ? activation_word : {ROWS{padding}};
            2'd1: first <= is_inside ? image_word : image_pattern;
            default:
                for (i = 0; i < ROWS; i = i + 1)
                    first[i*8 +: 8] <= i == {{(32-ROW_BITS){1'b0}}, class_row} ? 8'd1 : 8'd0;
        endcase

    // Transposed words exchange rows and columns, so only square arrays have them.
    localparam SQUARE = ROWS == COLUMNS;
    always @(posedge clk)
        for (c = 0; c < COLUMNS; c = c + 1)
            for (r = 0; r < ROWS; r = r + 1)
                if (weight_mode == 3'd2)
                    second[(c*ROWS + r)*8 +: 8] <= c == 0 ? port_word[r*8 +: 8] : 8'd0;
                else if (SQUARE && weight_mode == 3'd1)
                    second[(c*ROWS + r)*8 +: 8] <= weight_word[(c*ROWS + r)*8 +: 8];
                else
                    second[(c*ROWS + r)*8 +: 8] <= weight_word[(r*COLUMNS + c)*8 +: 8];
endmodule

`default_nettype wire
