// The first operand of the array, one byte per row, from the words the memories have delivered: the activation or
// image word, padding where the window lies outside, or one-hot(class). One register stage.
// With `winners` a row of an activation word is padding too unless the second activation port's byte is 127 - number.

`default_nettype none

module camber_first_operand #(
    parameter ROWS = 16,
    parameter ROW_BITS = 4,
    parameter CLASS = 1,                        // the class is an operand
    parameter WINNERS = 1
) (
    input  wire                clk,
    input  wire [1:0]          source,          // 0 activation memory, 1 image memory, 2 one-hot(class)
    input  wire                is_inside,       // the window coordinates lie inside the first operand
    input  wire [7:0]          padding,
    input  wire [ROWS*8-1:0]   image_pattern,   // image word of padding pixels
    input  wire [ROW_BITS-1:0] class_row,       // class mod ROWS
    input  wire [ROWS*8-1:0]   activation_word,
    input  wire [ROWS*8-1:0]   image_word,
    // Only the adjoint of a maximum pool looks at them.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire                winners,
    input  wire [7:0]          number,          // of the step in its window
    input  wire [ROWS*8-1:0]   port_word,
    /* verilator lint_on UNUSEDSIGNAL */
    output reg  [ROWS*8-1:0]   first            // row r at byte r
);
    integer i, j;

    wire [7:0]      tag = 8'd127 - number;
    reg  [ROWS-1:0] passes;
    always @*
        for (j = 0; j < ROWS; j = j + 1)
            passes[j] = is_inside && (WINNERS == 0 || !winners || port_word[j*8 +: 8] == tag);

    always @(posedge clk)
        if (CLASS != 0 && source == 2'd2)
            for (i = 0; i < ROWS; i = i + 1)
                first[i*8 +: 8] <= i == {{(32-ROW_BITS){1'b0}}, class_row} ? 8'd1 : 8'd0;
        else if (source == 2'd1)
            first <= is_inside ? image_word : image_pattern;
        else
            for (i = 0; i < ROWS; i = i + 1)
                first[i*8 +: 8] <= passes[i] ? activation_word[i*8 +: 8] : padding;
endmodule

`default_nettype wire
