// Fetches records from the control ROM, 64 bits per cycle, while the current operation runs.
//
// Record 0 is the header (fetched once after reset); operations follow. After the last operation the fetch goes
// back to the first, so that the next run finds it ready. A record is complete 23 cycles after the one before it
// was taken (`fetchCycles` in timing.ts).

`default_nettype none

module camber_fetch #(
    parameter ROM_WORDS = 65536,
    parameter ROM_FILE = "control.hex"
) (
    input  wire          clk,
    input  wire          rst_n,
    input  wire          take,    // the record has been used: fetch the next one
    input  wire          rewind,  // with `take`: the next one is the first operation
    output wire          full,
    output reg  [1279:0] record
);
    localparam [4:0] RECORD_WORDS = 5'd20;

    reg [15:0] address;
    reg [4:0]  requested;
    reg [4:0]  received;
    reg [1:0]  pending;
    wire [63:0] word;
    integer    i;

    wire request = requested != RECORD_WORDS;
    assign full = received == RECORD_WORDS;

    camber_rom #(.WIDTH(64), .DEPTH(ROM_WORDS), .FILE(ROM_FILE)) rom (
        .clk(clk), .read_address(address), .read_data(word)
    );

    always @(posedge clk) begin
        if (!rst_n) begin
            address   <= 16'd0;
            requested <= 5'd0;
            received  <= 5'd0;
            pending   <= 2'b00;
        end else if (take) begin
            requested <= 5'd0;
            received  <= 5'd0;
            pending   <= 2'b00;
            if (rewind)
                address <= {11'd0, RECORD_WORDS};
        end else begin
            pending <= {pending[0], request};
            if (request) begin
                address   <= address + 16'd1;
                requested <= requested + 5'd1;
            end
            if (pending[1])
                received <= received + 5'd1;
        end
        // Word by word: Yosys would make shift-register tables of a chain whose bits have no reader, and lose its enable.
        for (i = 0; i < RECORD_WORDS; i = i + 1)
            if (pending[1] && received == i[4:0])
                record[i*64 +: 64] <= word;
    end
endmodule

`default_nettype wire
