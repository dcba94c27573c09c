// Delays one flag by STAGES cycles (at least two); a reset clears all stages, so nothing in flight survives it.

`default_nettype none

module camber_delay_flag #(
    parameter STAGES = 2
) (
    input  wire clk,
    input  wire rst_n,
    input  wire in,
    output wire out
);
    reg [STAGES-1:0] pipe;

    always @(posedge clk)
        if (!rst_n)
            pipe <= {STAGES{1'b0}};
        else
            pipe <= {pipe[STAGES-2:0], in};

    assign out = pipe[STAGES-1];
endmodule

`default_nettype wire
