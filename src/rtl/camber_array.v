// The array: ROWS x COLUMNS int8 products per cycle, summed over the rows into one accumulator per column.
//
// Operands arrive with the flags of their step. `held` shows a vector's sums from the cycle after `vector_start`
// until the next vector's are complete.
//
// With `maximum` a column does not add up but keeps the largest sum, and in `held_winners` 255 - the number of the first
// step that had it. Steps outside the window do not count; only a window without any step inside keeps its last one.

`default_nettype none

module camber_array #(
    parameter ROWS = 16,
    parameter COLUMNS = 16,
    parameter PACKED = 0,
    parameter TREE_STAGES = 2            // register stages of the adder tree: ceil(log2(ROWS) / 2)
) (
    input  wire                      clk,
    input  wire                      rst_n,
    input  wire [ROWS*8-1:0]         first,         // row r at byte r
    input  wire [ROWS*COLUMNS*8-1:0] second,        // column c, row r at byte c * ROWS + r
    input  wire                      valid,
    input  wire                      vector_first,
    input  wire                      vector_shift,
    input  wire                      vector_last,
    input  wire                      maximum,
    input  wire                      is_inside,
    input  wire                      second_half,   // the step is for the upper half of the columns (COLUMNS = 2 * ROWS)
    input  wire [7:0]                number,        // of the step in its window
    output wire                      vector_start,  // a complete vector enters the holding registers
    output wire [COLUMNS*32-1:0]     held,
    output wire [COLUMNS*8-1:0]      held_winners
);
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

    // `open` until a step of the vector has been inside the window; the halves of the columns take turns.
    wire       sum_maximum, sum_inside, sum_second_half;
    wire [7:0] sum_number;
    reg        still_open;
    wire       open = sum_flags[1] || still_open;
    wire [1:0] turns = COLUMNS == ROWS || !sum_maximum ? 2'b11 : {sum_second_half, !sum_second_half};
    wire       clear = sum_flags[1] || sum_maximum;

    camber_delay #(.WIDTH(11), .STAGES(1 + TREE_STAGES)) delay_window (
        .clk(clk), .in({maximum, is_inside, second_half, number}),
        .out({sum_maximum, sum_inside, sum_second_half, sum_number})
    );

    always @(posedge clk) begin
        complete <= rst_n && sum_last;
        if (sum_valid)
            still_open <= open && !(sum_inside && turns[COLUMNS / ROWS - 1]);
    end
    assign vector_start = complete;

    genvar p, r;
    generate
        for (p = 0; p < COLUMNS / 2; p = p + 1) begin : pair
            wire [ROWS*16-1:0] products_0;
            wire [ROWS*16-1:0] products_1;

            for (r = 0; r < ROWS; r = r + 1) begin : row
                camber_multiply_pair #(.PACKED(PACKED)) multiply (
                    .clk(clk), .activation(first[r*8 +: 8]),
                    .weight_0(second[(2*p*ROWS + r)*8 +: 8]), .weight_1(second[((2*p+1)*ROWS + r)*8 +: 8]),
                    .product_0(products_0[r*16 +: 16]), .product_1(products_1[r*16 +: 16])
                );
            end

            camber_column #(.ROWS(ROWS)) column_0 (
                .clk(clk), .products(products_0), .enable(sum_valid && turns[(2*p) / ROWS]), .clear(clear),
                .shift(sum_flags[0]), .maximum(sum_maximum), .open(open), .number(sum_number), .hold(complete),
                .held(held[2*p*32 +: 32]), .held_winner(held_winners[2*p*8 +: 8])
            );
            camber_column #(.ROWS(ROWS)) column_1 (
                .clk(clk), .products(products_1), .enable(sum_valid && turns[(2*p) / ROWS]), .clear(clear),
                .shift(sum_flags[0]), .maximum(sum_maximum), .open(open), .number(sum_number), .hold(complete),
                .held(held[(2*p+1)*32 +: 32]), .held_winner(held_winners[(2*p+1)*8 +: 8])
            );
        end
    endgenerate
endmodule

`default_nettype wire
