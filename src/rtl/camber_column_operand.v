// The second operand of one column of the array: one byte per row. One register stage.
//
// The column's bytes of the weight word, plain or transposed; the word of the second activation port in column 0 (other
// columns zero); or zeros but for the diagonal, where the port's byte or a one stands while it is the column's turn.

`default_nettype none

module camber_column_operand #(
    parameter ROWS = 16,
    parameter COLUMN = 0,
    parameter TRANSPOSED = 1,           // weight words are read transposed
    parameter PORT = 1,                 // the activation port is read as an operand
    parameter DIAGONAL = 1
) (
    input  wire              clk,
    input  wire [2:0]        weight_mode,      // 0 plain, 1 transposed, 2 port, 3 diagonal, 4 maximum, 5 winners, 6, 7 windows
    input  wire [ROWS*8-1:0] plain,            // row r at byte r
    // What is left out, or is another column's, has no reader.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [ROWS*8-1:0] transposed,
    input  wire [ROWS*8-1:0] port_word,
    input  wire              turn,
    /* verilator lint_on UNUSEDSIGNAL */
    output reg  [ROWS*8-1:0] second
);
    always @(posedge clk)
        if (DIAGONAL != 0 && (weight_mode == 3'd3 || weight_mode == 3'd4 || weight_mode == 3'd5)) begin
            second <= {ROWS*8{1'b0}};
            if (turn)
                second[(COLUMN % ROWS)*8 +: 8] <=
                    PORT != 0 && weight_mode == 3'd3 ? port_word[(COLUMN % ROWS)*8 +: 8] : 8'd1;
        end else if (PORT != 0 && weight_mode == 3'd2)
            second <= COLUMN == 0 ? port_word : {ROWS*8{1'b0}};
        else if (TRANSPOSED != 0 && weight_mode == 3'd1)
            second <= transposed;
        else
            second <= plain;
endmodule

`default_nettype wire
