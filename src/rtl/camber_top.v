// Camber accelerator: AXI4-Stream image in, AXI4-Stream class scores and heat map out, AXI4-Lite control.
//
// What belongs to a model is data: the control ROM (schedule), the weights and the requantisation parameters, read
// from files of hexadecimal words. The text depends on the array shape and the memory depths only.

`default_nettype none

module camber_top #(
    parameter ROWS = 16,                    // input channels or taps per cycle: 4, 8, 16 or 32
    parameter COLUMNS = 16,                 // output channels per cycle: ROWS or 2 * ROWS
    parameter LANES = 8,                    // requantiser lanes; COLUMNS is a multiple
    parameter PACKED = 0,                   // 1: two products per multiplier
    // What the schedule uses; 0 leaves it out.
    parameter TRANSPOSED = 1,               // transposed weight words
    parameter PORT = 1,                     // activations as weights, by the second read port
    parameter DIAGONAL = 1,                 // weights on the diagonal alone: products element by element, pools by maximum
    parameter MAXIMUM = 1,                  // pools by maximum
    parameter WINNERS = 1,                  // their adjoint
    parameter WINDOW = 1,                   // kernel rows of depthwise convolutions in one step
    parameter SLOPE = 1,                    // a multiplier of its own below zero
    parameter TABLES = 1,                   // activations that are looked up
    parameter CLASS = 1,                    // the class as operand, weight tile or column
    parameter WIDE = 1,                     // values of 16 bits, in two planes
    parameter SIDE = 1,                     // second results of the same sums
    parameter RESIDUAL = 1,                 // additions in the output stage, by the second read port
    parameter MASKS = 1,                    // mask memory
    parameter BIAS_REGISTER = 1,            // bias computed at run time
    parameter ROM_WORDS = 65536,             // control ROM, 64 bits each: 20 per operation and 20 for the header
    parameter ACTIVATION_WORDS = 65536,     // ROWS bytes each
    parameter IMAGE_WORDS = 65536,          // ROWS bytes each
    parameter WEIGHT_WORDS = 65536,         // ROWS * COLUMNS bytes each, in one bank or two
    parameter PARAMETER_WORDS = 65536,       // LANES * 76 bits each
    parameter MASK_WORDS = 65536,           // COLUMNS bits each
    parameter TABLE_WORDS = 65536,          // 16 bits each, 256 per table
    parameter RESULT_WORDS = 65536,         // 32 bits each
    parameter ROM_FILE = "control.hex",
    parameter WEIGHT_FILE = "weights.hex",
    parameter UPPER_WEIGHT_FILE = "weights_upper.hex", // of the second bank, where COLUMNS = 2 * ROWS
    parameter PARAMETER_FILE = "parameters.hex",
    parameter TABLE_FILE = "tables.hex"
) (
    (* X_INTERFACE_INFO = "xilinx.com:signal:clock:1.0 clk CLK" *)
    (* X_INTERFACE_PARAMETER = "ASSOCIATED_BUSIF s_axis:m_axis:s_axil, ASSOCIATED_RESET rst_n" *)
    input  wire        clk,
    (* X_INTERFACE_INFO = "xilinx.com:signal:reset:1.0 rst_n RST" *)
    (* X_INTERFACE_PARAMETER = "POLARITY ACTIVE_LOW" *)
    input  wire        rst_n,

    // Image, HWC, channels packed back to back.
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis TDATA" *)
    input  wire [31:0] s_axis_tdata,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis TVALID" *)
    input  wire        s_axis_tvalid,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis TREADY" *)
    output wire        s_axis_tready,

    // Scores (int32), then heat map (int32, row-major). TLAST after each.
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis TDATA" *)
    output wire [31:0] m_axis_tdata,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis TVALID" *)
    output wire        m_axis_tvalid,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis TLAST" *)
    output wire        m_axis_tlast,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis TREADY" *)
    input  wire        m_axis_tready,

    // Registers: see camber_control.v.
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil AWADDR" *)
    input  wire [5:0]  s_axil_awaddr,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil AWVALID" *)
    input  wire        s_axil_awvalid,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil AWREADY" *)
    output wire        s_axil_awready,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil WDATA" *)
    input  wire [31:0] s_axil_wdata,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil WSTRB" *)
    input  wire [3:0]  s_axil_wstrb,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil WVALID" *)
    input  wire        s_axil_wvalid,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil WREADY" *)
    output wire        s_axil_wready,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil BRESP" *)
    output wire [1:0]  s_axil_bresp,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil BVALID" *)
    output wire        s_axil_bvalid,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil BREADY" *)
    input  wire        s_axil_bready,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil ARADDR" *)
    input  wire [5:0]  s_axil_araddr,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil ARVALID" *)
    input  wire        s_axil_arvalid,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil ARREADY" *)
    output wire        s_axil_arready,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil RDATA" *)
    output wire [31:0] s_axil_rdata,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil RRESP" *)
    output wire [1:0]  s_axil_rresp,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil RVALID" *)
    output wire        s_axil_rvalid,
    (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil RREADY" *)
    input  wire        s_axil_rready,

    (* X_INTERFACE_INFO = "xilinx.com:signal:interrupt:1.0 irq INTERRUPT" *)
    (* X_INTERFACE_PARAMETER = "SENSITIVITY LEVEL_HIGH" *)
    output wire        irq
);
    wire        open, primed, drained, begin_run, running, explanation, stall, finished;
    wire [31:0] build_id;
    wire [15:0] classes, map_values;
    wire        class_fixed;
    wire [11:0] class_index, top_class, class_used;
    wire        result_write_enable;
    wire [15:0] result_write_address;
    wire [31:0] result_write_data;

    camber_control control (
        .clk(clk), .rst_n(rst_n), .s_axil_awaddr(s_axil_awaddr), .s_axil_awvalid(s_axil_awvalid),
        .s_axil_awready(s_axil_awready), .s_axil_wdata(s_axil_wdata), .s_axil_wstrb(s_axil_wstrb),
        .s_axil_wvalid(s_axil_wvalid), .s_axil_wready(s_axil_wready), .s_axil_bresp(s_axil_bresp),
        .s_axil_bvalid(s_axil_bvalid), .s_axil_bready(s_axil_bready), .s_axil_araddr(s_axil_araddr),
        .s_axil_arvalid(s_axil_arvalid), .s_axil_arready(s_axil_arready), .s_axil_rdata(s_axil_rdata),
        .s_axil_rresp(s_axil_rresp), .s_axil_rvalid(s_axil_rvalid), .s_axil_rready(s_axil_rready), .irq(irq),
        .primed(primed), .drained(drained), .open(open), .begin_run(begin_run), .running(running),
        .explanation(explanation), .stall(stall), .finished(finished), .class_fixed(class_fixed),
        .class_index(class_index), .top_class(top_class), .class_used(class_used), .build_id(build_id)
    );

    camber_engine #(
        .ROWS(ROWS), .COLUMNS(COLUMNS), .LANES(LANES), .PACKED(PACKED), .TRANSPOSED(TRANSPOSED), .PORT(PORT),
        .DIAGONAL(DIAGONAL), .MAXIMUM(MAXIMUM),
        .WINNERS(WINNERS), .WINDOW(WINDOW), .SLOPE(SLOPE), .TABLES(TABLES), .TABLE_WORDS(TABLE_WORDS), .TABLE_FILE(TABLE_FILE),
        .CLASS(CLASS), .WIDE(WIDE), .RESIDUAL(RESIDUAL), .SIDE(SIDE), .MASKS(MASKS), .BIAS_REGISTER(BIAS_REGISTER),
        .ROM_WORDS(ROM_WORDS),
        .ACTIVATION_WORDS(ACTIVATION_WORDS), .IMAGE_WORDS(IMAGE_WORDS), .WEIGHT_WORDS(WEIGHT_WORDS),
        .PARAMETER_WORDS(PARAMETER_WORDS), .MASK_WORDS(MASK_WORDS), .ROM_FILE(ROM_FILE),
        .WEIGHT_FILE(WEIGHT_FILE), .UPPER_WEIGHT_FILE(UPPER_WEIGHT_FILE), .PARAMETER_FILE(PARAMETER_FILE)
    ) engine (
        .clk(clk), .rst_n(rst_n), .open(open), .primed(primed), .begin_run(begin_run), .running(running),
        .explanation(explanation), .stall(stall), .finished(finished), .build_id(build_id), .classes(classes),
        .map_values(map_values), .class_fixed(class_fixed), .class_index(class_index), .top_class(top_class),
        .class_used(class_used), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
        .s_axis_tready(s_axis_tready), .result_write_enable(result_write_enable),
        .result_write_address(result_write_address), .result_write_data(result_write_data)
    );

    camber_result_stream #(.DEPTH(RESULT_WORDS)) result_stream (
        .clk(clk), .rst_n(rst_n), .open(open), .scores_ready(running && explanation), .map_ready(finished),
        .classes(classes), .map_values(map_values), .write_enable(result_write_enable),
        .write_address(result_write_address), .write_data(result_write_data), .drained(drained),
        .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid), .m_axis_tlast(m_axis_tlast),
        .m_axis_tready(m_axis_tready)
    );
endmodule

`default_nettype wire
