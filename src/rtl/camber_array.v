// The array: ROWS x COLUMNS int8 products per cycle, summed over the rows into one accumulator per column.
//
// The first operand arrives with the flags of its step, the words that the second one is taken from a cycle before:
// each column chooses for itself. Transposed words exchange rows and columns, so only square arrays have them.
// `held` shows a vector's sums from the cycle after `vector_start`
// until the next vector's are complete.

`default_nettype none

module camber_array #(
    parameter ROWS = 16,
    parameter COLUMNS = 16,
    parameter PACKED = 0,
    parameter TREE_STAGES = 2,           // register stages of the adder tree: ceil(log2(ROWS) / 2)
    parameter TRANSPOSED = 1,
    parameter PORT = 1,
    parameter WIDE = 1
) (
    input  wire                      clk,
    input  wire                      rst_n,
    // one cycle before the rest
    input  wire [2:0]                weight_mode,   // 0 plain, 1 transposed, 2 port
    input  wire [ROWS*COLUMNS*8-1:0] weight_word,   // w[r][c] at byte r * COLUMNS + c
    input  wire [ROWS*8-1:0]         port_word,
    input  wire [ROWS*8-1:0]         first,         // row r at byte r
    input  wire                      valid,
    input  wire                      vector_first,
    input  wire                      vector_shift,
    input  wire                      vector_last,
    output wire                      vector_start,  // a complete vector enters the holding registers
    output wire [COLUMNS*32-1:0]     held
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

    always @(posedge clk)
        complete <= rst_n && sum_last;
    assign vector_start = complete;

    genvar p, c, r;
    generate
        for (p = 0; p < COLUMNS / 2; p = p + 1) begin : pair
            wire [2*ROWS*8-1:0] plain, transposed;
            for (c = 0; c < 2; c = c + 1) begin : column
                for (r = 0; r < ROWS; r = r + 1) begin : row
                    assign plain[(c*ROWS + r)*8 +: 8] = weight_word[(r*COLUMNS + 2*p + c)*8 +: 8];
                end
                assign transposed[c*ROWS*8 +: ROWS*8] = weight_word[(2*p + c)*ROWS*8 +: ROWS*8];
            end

            camber_column_pair #(
                .ROWS(ROWS), .COLUMN(2*p), .PACKED(PACKED), .TRANSPOSED(TRANSPOSED != 0 && ROWS == COLUMNS ? 1 : 0),
                .PORT(PORT), .WIDE(WIDE)
            ) columns (
                .clk(clk), .weight_mode(weight_mode), .plain(plain), .transposed(transposed), .port_word(port_word),
                .first(first), .enable(sum_valid), .vector_first(sum_flags[1]), .vector_shift(sum_flags[0]),
                .hold(complete), .held(held[2*p*32 +: 64])
            );
        end
    endgenerate
endmodule

`default_nettype wire
