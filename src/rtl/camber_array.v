// The array: ROWS x COLUMNS int8 products per cycle, summed over the rows into one accumulator per column.
//
// The first operand arrives with the flags of its step, the words that the second one is taken from a cycle before:
// each column chooses for itself. Transposed words exchange rows and columns, so only square arrays have them.
// `held` shows a vector's sums from the cycle after `vector_start`
// until the next vector's are complete.
//
// With `maximum` a column does not add up but keeps the largest sum, and in `held_winners` 255 - the number of the first
// step that had it. Steps outside the window do not count; only a window without any step inside keeps its last one.

`default_nettype none

module camber_array #(
    parameter ROWS = 16,
    parameter COLUMNS = 16,
    parameter PACKED = 0,
    parameter TREE_STAGES = 2,           // register stages of the adder tree: ceil(log2(ROWS) / 2)
    parameter TRANSPOSED = 1,
    parameter PORT = 1,
    parameter DIAGONAL = 1,
    parameter MAXIMUM = 1,
    parameter WIDE = 1,
    parameter GROUPS = 4                 // of columns with a first operand of their own: 4, or 1
) (
    input  wire                      clk,
    input  wire                      rst_n,
    // one cycle before the rest
    // 0 plain, 1 transposed, 2 port, 3 diagonal, 4 maximum, 5 winners, 6 and 7 sliding windows
    input  wire [2:0]                weight_mode,
    input  wire [ROWS*COLUMNS*8-1:0] weight_word,   // w[r][c] at byte r * COLUMNS + c
    input  wire [ROWS*8-1:0]         port_word,
    input  wire                      is_inside,
    input  wire                      second_half,   // the step is for the upper half of the columns (COLUMNS = 2 * ROWS)
    input  wire [7:0]                number,        // of the step in its window
    // the step itself
    input  wire [GROUPS*ROWS*8-1:0]  first,         // row r of group g at byte g * ROWS + r
    input  wire                      valid,
    input  wire                      vector_first,
    input  wire                      vector_shift,
    input  wire                      vector_last,
    output wire                      vector_start,  // a complete vector enters the holding registers
    output wire [COLUMNS*32-1:0]     held,
    output wire [COLUMNS*8-1:0]      held_winners
);
    localparam [2:0] MAXIMUM_MODE = 3'd4;

    // The flags meet the sums of their step: one stage of products, then the adder tree.
    wire sum_valid, sum_last;
    wire [1:0] sum_flags;
    reg  complete;

    camber_delay_flag #(.STAGES(1 + TREE_STAGES)) delay_valid (
        .clk(clk), .rst_n(rst_n), .in(valid), .out(sum_valid)
    );
    camber_delay_flag #(.STAGES(1 + TREE_STAGES)) delay_last (
        .clk(clk), .rst_n(rst_n), .in(valid && vector_last), .out(sum_last)
    );
    camber_delay #(.WIDTH(2), .STAGES(1 + TREE_STAGES)) delay_flags (
        .clk(clk), .in({vector_first, vector_shift}), .out(sum_flags)
    );

    always @(posedge clk)
        complete <= rst_n && sum_last;
    assign vector_start = complete;

    // The halves of the columns take turns on the diagonal.
    wire [1:0] turns = COLUMNS == ROWS ? 2'b11 : {second_half, !second_half};

    // `open` until a step of the vector has been inside the window.
    wire [1:0] sum_turns;
    wire [1:0] open;
    wire       sum_maximum, clear;
    wire [7:0] sum_number;
    generate
        if (MAXIMUM != 0) begin : window
            wire sum_inside;
            wire [1:0] due;
            reg  [1:0] still_open;
            camber_delay #(.WIDTH(12), .STAGES(2 + TREE_STAGES)) delay_window (
                .clk(clk), .in({weight_mode == MAXIMUM_MODE, is_inside, turns, number}),
                .out({sum_maximum, sum_inside, due, sum_number})
            );
            assign sum_turns = due | {2{!sum_maximum}};
            assign open = {2{sum_flags[1]}} | still_open;
            assign clear = sum_flags[1] || sum_maximum;
            always @(posedge clk)
                if (sum_valid)
                    still_open <= open & ~({2{sum_inside}} & due);
        end else begin : window
            // Nobody counts the steps of a window.
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused = ^{is_inside, number};
            /* verilator lint_on UNUSEDSIGNAL */
            assign {sum_turns, sum_maximum, sum_number, open, clear} = {2'b11, 1'b0, 8'd0, 2'b00, sum_flags[1]};
        end
    endgenerate

    genvar p, c, r;
    generate
        for (p = 0; p < COLUMNS / 2; p = p + 1) begin : pair
            // Columns 2p and 2p + 1 stand in one quarter of the rows' channels.
            localparam GROUP = GROUPS == 1 ? 0 : ((2*p) % ROWS) / (ROWS / 4);
            wire [2*ROWS*8-1:0] plain, transposed;
            for (c = 0; c < 2; c = c + 1) begin : column
                for (r = 0; r < ROWS; r = r + 1) begin : row
                    assign plain[(c*ROWS + r)*8 +: 8] = weight_word[(r*COLUMNS + 2*p + c)*8 +: 8];
                end
                assign transposed[c*ROWS*8 +: ROWS*8] = weight_word[(2*p + c)*ROWS*8 +: ROWS*8];
            end

            camber_column_pair #(
                .ROWS(ROWS), .COLUMN(2*p), .PACKED(PACKED), .TRANSPOSED(TRANSPOSED != 0 && ROWS == COLUMNS ? 1 : 0),
                .PORT(PORT), .DIAGONAL(DIAGONAL), .MAXIMUM(MAXIMUM), .WIDE(WIDE)
            ) columns (
                .clk(clk), .weight_mode(weight_mode), .plain(plain), .transposed(transposed), .port_word(port_word),
                .turn(turns[(2*p) / ROWS]), .first(first[GROUP*ROWS*8 +: ROWS*8]), .enable(sum_valid && sum_turns[(2*p) / ROWS]), .clear(clear),
                .vector_shift(sum_flags[0]), .maximum(sum_maximum), .open(open[(2*p) / ROWS]), .number(sum_number), .hold(complete),
                .held(held[2*p*32 +: 64]), .held_winner(held_winners[2*p*8 +: 16])
            );
        end
    endgenerate
endmodule

`default_nettype wire
