// The first operand of the array, one byte per row, from the words the memories have delivered: the activation or
// image word, padding where the window lies outside, or one-hot(class). One register stage.
// With `winners` a row of an activation word is padding too unless the second activation port's byte is 127 - number.
//
// A sliding window takes three taps of a kernel row in one step: the activation word, the second port's word (the
// position to its right) and the word of the position to its left, which was read `DEPTH` steps ago for the output
// column before, by the first port or, where columns are two positions apart, by the second. The array's columns then
// stand in four groups with a first operand each: a quarter of the channels, tap by tap.

`default_nettype none

module camber_first_operand #(
    parameter ROWS = 16,
    parameter ROW_BITS = 4,
    parameter CLASS = 1,                        // the class is an operand
    parameter WINNERS = 1,
    parameter WINDOW = 1,                       // windows slide; ROWS is 8 or more
    parameter GROUPS = 4,                       // 4, or 1 without sliding windows
    parameter DEPTH = 3                         // steps of an output vector: kernel rows * COLUMNS / ROWS
) (
    input  wire                clk,
    // Only sliding windows are reset.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire                rst_n,
    /* verilator lint_on UNUSEDSIGNAL */
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
    // Only sliding windows do.
    input  wire                valid,
    input  wire                sliding,
    input  wire                by_two,          // output columns are two positions apart
    input  wire                right_inside,
    input  wire                left_inside,
    /* verilator lint_on UNUSEDSIGNAL */
    output reg  [GROUPS*ROWS*8-1:0] first       // row r of group g at byte g * ROWS + r
);
    integer i, j;

    wire [7:0]      tag = 8'd127 - number;
    reg  [ROWS-1:0] passes;
    always @*
        for (j = 0; j < ROWS; j = j + 1)
            passes[j] = is_inside && (WINNERS == 0 || !winners || port_word[j*8 +: 8] == tag);

    reg [ROWS*8-1:0] common;
    always @*
        for (i = 0; i < ROWS; i = i + 1)
            if (CLASS != 0 && source == 2'd2)
                common[i*8 +: 8] = i == {{(32-ROW_BITS){1'b0}}, class_row} ? 8'd1 : 8'd0;
            else if (source == 2'd1)
                common[i*8 +: 8] = is_inside ? image_word[i*8 +: 8] : image_pattern[i*8 +: 8];
            else
                common[i*8 +: 8] = passes[i] ? activation_word[i*8 +: 8] : padding;

    generate
        if (WINDOW != 0) begin : window
            localparam QUARTER = ROWS / 4;
            // The oldest word is the next to be replaced. (Not a shift register: Yosys may lose the enable of a chain whose
            // inner bits have no reader.)
            localparam BITS = $clog2(DEPTH);
            // A parameter has 32 bits.
            /* verilator lint_off WIDTH */
            localparam [BITS-1:0] LAST = DEPTH - 1;
            /* verilator lint_on WIDTH */
            reg [ROWS*8-1:0] line [0:DEPTH-1];
            reg [BITS-1:0]   oldest;
            integer g, t, k;

            always @(posedge clk)
                if (valid)
                    line[oldest] <= by_two ? port_word : activation_word;
            always @(posedge clk)
                if (!rst_n)
                    oldest <= {BITS{1'b0}};
                else if (valid)
                    oldest <= oldest == LAST ? {BITS{1'b0}} : oldest + {{(BITS-1){1'b0}}, 1'b1};

            // The last quarter of the rows has no tap.
            wire [ROWS*8-1:0]   right = right_inside ? port_word : {ROWS{padding}};
            wire [ROWS*8-1:0]   left = left_inside ? line[oldest] : {ROWS{padding}};
            wire [4*ROWS*8-1:0] taps = {{ROWS*8{1'b0}}, left, right, common};

            always @(posedge clk)
                for (g = 0; g < 4; g = g + 1)
                    for (t = 0; t < 4; t = t + 1)
                        for (k = 0; k < QUARTER; k = k + 1)
                            first[(g*ROWS + t*QUARTER + k)*8 +: 8] <= sliding
                                ? taps[(t*ROWS + g*QUARTER + k)*8 +: 8]
                                : common[(t*QUARTER + k)*8 +: 8];
        end else begin : window
            always @(posedge clk)
                first <= common;
        end
    endgenerate
endmodule

`default_nettype wire
