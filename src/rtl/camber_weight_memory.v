// The weight memory: one word of ROWS * COLUMNS weights per step.
//
// Where the array is two squares side by side, the memory is two banks. The block of weights between input tile i (of ROWS
// channels) and half h of the outputs stands in bank (i + h) mod 2, both halves of an output tile at one address. So a step
// forward, of one i and both h, reads one address, and so can a step backward, of one h and two adjacent i: bank b at
// address + (b xor h). Whichever of i and h a step has one of, where it is odd (`second_half`) the halves have each other's bank.

`default_nettype none

module camber_weight_memory #(
    parameter ROWS = 16,
    parameter COLUMNS = 16,
    parameter TRANSPOSED = 1,
    parameter DEPTH = 65536,
    parameter FILE = "weights.hex",
    parameter UPPER_FILE = "weights_upper.hex"
) (
    input  wire                      clk,
    input  wire [15:0]               walk,
    input  wire [15:0]               class_offset,
    // They decide where there are banks.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire                      transposed,
    input  wire                      second_half,
    /* verilator lint_on UNUSEDSIGNAL */
    output wire [7:0]                number,        // a cycle later: of the step in its window, where no weights are read
    output wire [ROWS*COLUMNS*8-1:0] word           // three cycles later
);
    wire [15:0] sum = walk + class_offset;
    reg  [15:0] address;
    assign number = address[7:0];

    generate
        if (COLUMNS == ROWS) begin : square
            always @(posedge clk)
                address <= sum;
            camber_rom #(.WIDTH(ROWS*COLUMNS*8), .DEPTH(DEPTH), .FILE(FILE)) weights (
                .clk(clk), .read_address(address), .read_data(word)
            );
        end else begin : banks
            wire       turned = TRANSPOSED != 0 && transposed;
            reg [15:0] upper_address;
            always @(posedge clk) begin
                address       <= sum + {15'd0, turned && second_half};
                upper_address <= sum + {15'd0, turned && !second_half};
            end
            camber_rom #(.WIDTH(ROWS*ROWS*8), .DEPTH(DEPTH), .FILE(FILE)) lower (
                .clk(clk), .read_address(address), .read_data(word[ROWS*ROWS*8-1:0])
            );
            camber_rom #(.WIDTH(ROWS*ROWS*8), .DEPTH(DEPTH), .FILE(UPPER_FILE)) upper (
                .clk(clk), .read_address(upper_address), .read_data(word[ROWS*ROWS*8 +: ROWS*ROWS*8])
            );
        end
    endgenerate
endmodule

`default_nettype wire
