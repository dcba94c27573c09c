// Chooses the two operands of the array from the words the memories have delivered. One register stage.
//
// First operand, one byte per row: the activation or image word, padding where the window lies outside, or
// one-hot(class); in mode 5 activations are padding too unless the second activation port's byte is 127 - number. Second operand,
// one byte per row and column: the weight word, plain or transposed; or the word of the second activation port, in
// column 0 (mode 2) or on the diagonal (mode 3); or ones on the diagonal (modes 4 and 5). All else is zero. Where the
// columns are twice the rows there are two diagonals, which take turns.

`default_nettype none

module camber_operands #(
    parameter ROWS = 16,
    parameter COLUMNS = 16,
    parameter ROW_BITS = 4
) (
    input  wire                      clk,
    input  wire [1:0]                source,           // 0 activation memory, 1 image memory, 2 one-hot(class)
    input  wire [2:0]                weight_mode,      // 0 plain, 1 transposed, 2 port, 3 diagonal, 4 maximum, 5 winners
    input  wire                      is_inside,           // the window coordinates lie inside the first operand
    input  wire [7:0]                number,           // of the step in its window
    // Only arrays with two diagonals look at it.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire                      second_half,
    /* verilator lint_on UNUSEDSIGNAL */
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
    integer i, j, r, c;

    wire [7:0]      tag = 8'd127 - number;
    reg  [ROWS-1:0] passes;
    always @*
        for (j = 0; j < ROWS; j = j + 1)
            passes[j] = is_inside && (weight_mode != 3'd5 || port_word[j*8 +: 8] == tag);

    always @(posedge clk)
        case (source)
            2'd0:
                for (i = 0; i < ROWS; i = i + 1)
                    first[i*8 +: 8] <= passes[i] ? activation_word[i*8 +: 8] : padding;
            2'd1: first <= is_inside ? image_word : image_pattern;
            default:
                for (i = 0; i < ROWS; i = i + 1)
                    first[i*8 +: 8] <= i == {{(32-ROW_BITS){1'b0}}, class_row} ? 8'd1 : 8'd0;
        endcase

    localparam SQUARE = ROWS == COLUMNS;
    // A square array has one diagonal.
    /* verilator lint_off UNUSEDSIGNAL */
    wire [1:0] turns = SQUARE ? 2'b11 : {second_half, !second_half};
    /* verilator lint_on UNUSEDSIGNAL */

    // Transposed words exchange rows and columns, so only square arrays have them.
    always @(posedge clk)
        for (c = 0; c < COLUMNS; c = c + 1)
            for (r = 0; r < ROWS; r = r + 1)
                if (weight_mode == 3'd2)
                    second[(c*ROWS + r)*8 +: 8] <= c == 0 ? port_word[r*8 +: 8] : 8'd0;
                else if (weight_mode[2] || weight_mode == 3'd3)
                    second[(c*ROWS + r)*8 +: 8] <=
                        r != c % ROWS || !turns[c / ROWS] ? 8'd0 : weight_mode[2] ? 8'd1 : port_word[r*8 +: 8];
                else if (SQUARE && weight_mode == 3'd1)
                    second[(c*ROWS + r)*8 +: 8] <= weight_word[(c*ROWS + r)*8 +: 8];
                else
                    second[(c*ROWS + r)*8 +: 8] <= weight_word[(r*COLUMNS + c)*8 +: 8];
endmodule

`default_nettype wire
