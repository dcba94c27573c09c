// Running argmax over the scores as they are written; ties go to the lowest index.

`default_nettype none

module camber_argmax (
    input  wire        clk,
    input  wire        score_valid,
    input  wire [15:0] score_index,
    input  wire [31:0] score,
    output reg  [11:0] top_class
);
    reg  signed [31:0] best;
    wire signed [31:0] candidate = score;

    always @(posedge clk)
        if (score_valid && (score_index == 16'd0 || candidate > best)) begin
            best      <= candidate;
            top_class <= score_index[11:0];
        end

    // Classes are counted in 12 bits, result addresses in 16.
    /* verilator lint_off UNUSEDSIGNAL */
    wire unused = ^score_index[15:12];
    /* verilator lint_on UNUSEDSIGNAL */
endmodule

`default_nettype wire
