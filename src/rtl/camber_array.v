// The array: ROWS x COLUMNS int8 products per cycle, summed over the rows into one accumulator per column.
//
// The first operand arrives with the flags of its step, the words that the second one is taken from a cycle before:
// each column chooses for itself. An array of twice as many columns as rows is two squares side by side, the halves, each
// with a bank of weights. Transposed words exchange rows and columns within a square. Where a step says `second_half`, the
// weights of each half stand in the other one's bank, and so the halves exchange their sums.
//
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
    input  wire [ROWS*COLUMNS*8-1:0] weight_word,   // bank b's w[r][c] at byte (b * ROWS + r) * ROWS + c
    input  wire [ROWS*8-1:0]         port_word,
    input  wire                      is_inside,
    // Alone on a square array.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire                      second_half,   // an odd step: of the upper half of the columns, or of exchanged banks
    /* verilator lint_on UNUSEDSIGNAL */
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
    localparam [2:0] PORT_MODE = 3'd2, DIAGONAL_MODE = 3'd3, MAXIMUM_MODE = 3'd4, WINNERS_MODE = 3'd5;
    localparam HALVES = COLUMNS / ROWS;

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
    wire [HALVES-1:0] turns;
    wire              exchange;
    generate
        if (HALVES == 2) begin : halves
            wire read = weight_mode != PORT_MODE && weight_mode != DIAGONAL_MODE && weight_mode != MAXIMUM_MODE
                && weight_mode != WINNERS_MODE;
            assign turns = {second_half, !second_half};
            camber_delay #(.WIDTH(1), .STAGES(2 + TREE_STAGES)) delay_exchange (
                .clk(clk), .in(second_half && read), .out(exchange)
            );
        end else begin : halves
            assign turns = 1'b1;
            assign exchange = 1'b0;
        end
    endgenerate

    // `open` until a step of the vector has been inside the window.
    wire [HALVES-1:0] sum_turns;
    wire [HALVES-1:0] open;
    wire       sum_maximum, clear;
    wire [7:0] sum_number;
    generate
        if (MAXIMUM != 0) begin : window
            wire sum_inside;
            wire [HALVES-1:0] due;
            reg  [HALVES-1:0] still_open;
            camber_delay #(.WIDTH(10 + HALVES), .STAGES(2 + TREE_STAGES)) delay_window (
                .clk(clk), .in({weight_mode == MAXIMUM_MODE, is_inside, turns, number}),
                .out({sum_maximum, sum_inside, due, sum_number})
            );
            assign sum_turns = due | {HALVES{!sum_maximum}};
            assign open = {HALVES{sum_flags[1]}} | still_open;
            assign clear = sum_flags[1] || sum_maximum;
            always @(posedge clk)
                if (sum_valid)
                    still_open <= open & ~({HALVES{sum_inside}} & due);
        end else begin : window
            // Nobody counts the steps of a window.
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused = ^{is_inside, number};
            /* verilator lint_on UNUSEDSIGNAL */
            assign {sum_turns, sum_maximum, sum_number, open, clear} = {{HALVES{1'b1}}, 1'b0, 8'd0, {HALVES{1'b0}}, sum_flags[1]};
        end
    endgenerate

    genvar p, c, r;
    generate
        for (p = 0; p < COLUMNS / 2; p = p + 1) begin : pair
            localparam COLUMN = HALVES == 2 ? p : 2*p;
            // Both columns stand in one quarter of the rows' channels.
            localparam GROUP = GROUPS == 1 ? 0 : COLUMN / (ROWS / 4);
            wire [2*ROWS*8-1:0] plain, transposed;
            for (c = 0; c < 2; c = c + 1) begin : column
                localparam BANK = HALVES == 2 ? c : 0;
                localparam PLACE = HALVES == 2 ? p : 2*p + c;
                for (r = 0; r < ROWS; r = r + 1) begin : row
                    assign plain[(c*ROWS + r)*8 +: 8] = weight_word[((BANK*ROWS + r)*ROWS + PLACE)*8 +: 8];
                end
                assign transposed[c*ROWS*8 +: ROWS*8] = weight_word[(BANK*ROWS + PLACE)*ROWS*8 +: ROWS*8];
            end

            wire [63:0] pair_held;
            wire [15:0] pair_winners;
            for (c = 0; c < 2; c = c + 1) begin : result
                localparam AT = HALVES == 2 ? c*ROWS + p : 2*p + c;
                assign held[AT*32 +: 32] = pair_held[c*32 +: 32];
                assign held_winners[AT*8 +: 8] = pair_winners[c*8 +: 8];
            end

            camber_column_pair #(
                .ROWS(ROWS), .COLUMN(COLUMN), .EXCHANGE(HALVES - 1), .PACKED(PACKED), .TRANSPOSED(TRANSPOSED), .PORT(PORT),
                .DIAGONAL(DIAGONAL), .MAXIMUM(MAXIMUM), .WIDE(WIDE)
            ) columns (
                .clk(clk), .weight_mode(weight_mode), .plain(plain), .transposed(transposed), .port_word(port_word),
                .turn(turns), .first(first[GROUP*ROWS*8 +: ROWS*8]), .enable({HALVES{sum_valid}} & sum_turns),
                .clear(clear), .vector_shift(sum_flags[0]), .maximum(sum_maximum), .open(open), .number(sum_number),
                .hold(complete), .exchange(exchange), .held(pair_held), .held_winner(pair_winners)
            );
        end
    endgenerate
endmodule

`default_nettype wire
