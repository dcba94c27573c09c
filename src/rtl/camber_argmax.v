// Running argmax over the scores as they are written; ties go to the lowest index. The class is one of the model's at all
// times, 0 after reset: operations may issue before it is decided, where all classes lie in one tile of the weights.

`default_nettype none

module camber_argmax (
    input  wire        clk,
    input  wire        rst_n,
    input  wire        score_valid,
    input  wire [15:0] score_index,
    input  wire [31:0] score,
    output reg  [11:0] top_class
);
    reg  signed [31:0] best;
    wire signed [31:0] candidate = score;
    wire        better = score_valid && (score_index == 16'd0 || candidate > best);

    always @(posedge clk) begin
        if (better)
            best <= candidate;
        if (!rst_n)
            top_class <= 12'd0;
        else if (better)
            top_class <= score_index[11:0];
    end

    // Classes are counted in 12 bits, result addresses in 16.
    /* verilator lint_off UNUSEDSIGNAL */
    wire unused = ^score_index[15:12];
    /* verilator lint_on UNUSEDSIGNAL */
endmodule

`default_nettype wire
