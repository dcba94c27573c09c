// The first operand of the array, one byte per row, from the words the memories have delivered: the activation or
// image word, padding where the window lies outside, or one-hot(class). One register stage.

`default_nettype none

module camber_first_operand #(
    parameter ROWS = 16,
    parameter ROW_BITS = 4,
    parameter CLASS = 1                         // the class is an operand
) (
    input  wire                clk,
    input  wire [1:0]          source,          // 0 activation memory, 1 image memory, 2 one-hot(class)
    input  wire                is_inside,       // the window coordinates lie inside the first operand
    input  wire [7:0]          padding,
    input  wire [ROWS*8-1:0]   image_pattern,   // image word of padding pixels
    input  wire [ROW_BITS-1:0] class_row,       // class mod ROWS
    input  wire [ROWS*8-1:0]   activation_word,
    input  wire [ROWS*8-1:0]   image_word,
    output reg  [ROWS*8-1:0]   first            // row r at byte r
);
    integer i;

    always @(posedge clk)
        if (CLASS != 0 && source == 2'd2)
            for (i = 0; i < ROWS; i = i + 1)
                first[i*8 +: 8] <= i == {{(32-ROW_BITS){1'b0}}, class_row} ? 8'd1 : 8'd0;
        else if (source == 2'd1)
            first <= is_inside ? image_word : image_pattern;
        else
            first <= is_inside ? activation_word : {ROWS{padding}};
endmodule

`default_nettype wire
