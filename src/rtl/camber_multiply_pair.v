// The products of one activation with the weights of two adjacent columns. One register stage after the operands.
//
// PACKED = 1: both in one multiplier. With  p = a * (w1 * 2^16 + w0) = a * w1 * 2^16 + a * w0,  the low 16 bits of p
// are a * w0, and the high 16 bits are a * w1, one too small where a * w0 is negative (its borrow). The factor has
// 24 bits, so it fits the 25-bit port of a DSP48E1 behind its pre-adder, and one DSP block does two products.

`default_nettype none

module camber_multiply_pair #(
    parameter PACKED = 0
) (
    input  wire        clk,
    input  wire [7:0]  activation,
    input  wire [7:0]  weight_0,
    input  wire [7:0]  weight_1,
    output wire [15:0] product_0,
    output wire [15:0] product_1
);
    wire signed [7:0] a = activation;

    generate
        if (PACKED != 0) begin : multiplier
            wire signed [24:0] pair = {weight_1[7], weight_1, 16'd0} + {{17{weight_0[7]}}, weight_0};
            reg signed [31:0] p;
            always @(posedge clk)
                p <= a * pair;
            assign product_0 = p[15:0];
            assign product_1 = p[31:16] + {15'd0, p[15]};
        end else begin : multiplier
            wire signed [7:0] w0 = weight_0;
            wire signed [7:0] w1 = weight_1;
            reg signed [15:0] p0, p1;
            always @(posedge clk) begin
                p0 <= a * w0;
                p1 <= a * w1;
            end
            assign product_0 = p0;
            assign product_1 = p1;
        end
    endgenerate
endmodule

`default_nettype wire
