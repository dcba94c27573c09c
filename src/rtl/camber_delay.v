// Delays a bundle of signals by STAGES cycles. No reset: use it for data, and camber_delay_flag for flags.

`default_nettype none

module camber_delay #(
    parameter WIDTH = 1,
    parameter STAGES = 1
) (
    input  wire             clk,
    input  wire [WIDTH-1:0] in,
    output wire [WIDTH-1:0] out
);
    reg [WIDTH-1:0] pipe [0:STAGES-1];
    integer i;

    always @(posedge clk) begin
        pipe[0] <= in;
        for (i = 1; i < STAGES; i = i + 1)
            pipe[i] <= pipe[i-1];
    end

    assign out = pipe[STAGES-1];
endmodule

`default_nettype wire
