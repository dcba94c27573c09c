// Stand-ins for camber_memory.v, camber_rom.v and camber_table.v when resources are counted.
//
// The storage is a black box: its block RAM is counted from its shape (src/compiler/report/block-ram.ts), which
// takes no time, while mapping wide memories with their contents takes minutes. The registers around it stay.

`default_nettype none

(* blackbox *)
module camber_memory_box #(
    parameter WIDTH = 8,
    parameter BITS = 10
) (
    input  wire             clk,
    input  wire             write_enable,
    input  wire [BITS-1:0]  write_address,
    input  wire [WIDTH-1:0] write_data,
    input  wire             read_enable,
    input  wire [BITS-1:0]  read_address,
    output wire [WIDTH-1:0] read_data
);
endmodule

(* blackbox *)
module camber_rom_box #(
    parameter WIDTH = 8,
    parameter BITS = 10
) (
    input  wire             clk,
    input  wire [BITS-1:0]  read_address,
    output wire [WIDTH-1:0] read_data
);
endmodule

// The register of a table's entry lies inside the block.
(* blackbox *)
module camber_table #(
    parameter DEPTH = 256,
    parameter FILE = "tables.hex"
) (
    input  wire        clk,
    input  wire [15:0] address_0,
    input  wire [15:0] address_1,
    output wire [15:0] entry_0,
    output wire [15:0] entry_1
);
endmodule

module camber_memory #(
    parameter WIDTH = 8,
    parameter DEPTH = 1024
) (
    input  wire             clk,
    input  wire             write_enable,
    input  wire [15:0]      write_address,
    input  wire [15:0]      read_address,
    input  wire [WIDTH-1:0] write_data,
    input  wire             read_enable,
    output reg  [WIDTH-1:0] read_data
);
    localparam BITS = $clog2(DEPTH);

    wire [WIDTH-1:0] stage;

    camber_memory_box #(.WIDTH(WIDTH), .BITS(BITS)) box (
        .clk(clk), .write_enable(write_enable), .write_address(write_address[BITS-1:0]), .write_data(write_data),
        .read_enable(read_enable), .read_address(read_address[BITS-1:0]), .read_data(stage)
    );

    always @(posedge clk)
        read_data <= stage;
endmodule

module camber_rom #(
    parameter WIDTH = 8,
    parameter DEPTH = 1024,
    parameter FILE = "memory.hex"
) (
    input  wire             clk,
    input  wire [15:0]      read_address,
    output reg  [WIDTH-1:0] read_data
);
    localparam BITS = $clog2(DEPTH);

    wire [WIDTH-1:0] stage;

    camber_rom_box #(.WIDTH(WIDTH), .BITS(BITS)) box (
        .clk(clk), .read_address(read_address[BITS-1:0]), .read_data(stage)
    );

    always @(posedge clk)
        read_data <= stage;
endmodule

`default_nettype wire
