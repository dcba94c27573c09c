// Result memory and the AXI4-Stream that sends it: the scores as soon as they are all there, then the map.
//
// The stream has its own pace; back-pressure never reaches the sequencer. TLAST marks the last score and the last
// map value. `drained` tells that nothing of the last run is left, so that a new one may begin.

`default_nettype none

module camber_result_stream #(
    parameter DEPTH = 2048
) (
    input  wire        clk,
    input  wire        rst_n,
    input  wire        open,             // pulse: a new run begins
    input  wire        scores_ready,
    input  wire        map_ready,
    input  wire [15:0] classes,
    input  wire [15:0] map_values,
    input  wire        write_enable,
    // Addresses are 16 bits wide everywhere in the engine; the depth decides how many of them count.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [15:0] write_address,
    /* verilator lint_on UNUSEDSIGNAL */
    input  wire [31:0] write_data,
    output reg         drained,
    output reg  [31:0] m_axis_tdata,
    output reg         m_axis_tvalid,
    output reg         m_axis_tlast,
    input  wire        m_axis_tready
);
    localparam BITS = $clog2(DEPTH);
    // As in camber_memory.v.
    /* verilator lint_off UNUSEDPARAM */
    localparam STYLE = DEPTH > 64 ? "block" : "auto";
    /* verilator lint_on UNUSEDPARAM */

    (* ram_style = STYLE *)
    reg [31:0] memory [0:DEPTH-1];
    reg        scores_available, map_available;
    reg [15:0] index;                    // next result to send

    wire [15:0] total = classes + map_values;
    wire [15:0] available = map_available ? total : scores_available ? classes : 16'd0;
    wire        advance = !m_axis_tvalid || m_axis_tready;
    wire        send = index != available && !drained;

    always @(posedge clk) begin
        if (write_enable)
            memory[write_address[BITS-1:0]] <= write_data;
        if (advance)
            m_axis_tdata <= memory[index[BITS-1:0]];
    end

    always @(posedge clk)
        if (!rst_n) begin
            scores_available <= 1'b0;
            map_available    <= 1'b0;
            index            <= 16'd0;
            drained          <= 1'b1;
            m_axis_tvalid    <= 1'b0;
            m_axis_tlast     <= 1'b0;
        end else begin
            if (open) begin
                scores_available <= 1'b0;
                map_available    <= 1'b0;
                index            <= 16'd0;
                drained          <= 1'b0;
            end else begin
                scores_available <= scores_available || scores_ready || map_ready;
                map_available    <= map_available || map_ready;
                if (map_available && index == total && advance)
                    drained <= 1'b1;
                if (advance && send)
                    index <= index + 16'd1;
            end
            if (advance) begin
                m_axis_tvalid <= send;
                m_axis_tlast  <= send && (index + 16'd1 == classes || index + 16'd1 == total);
            end
        end
endmodule

`default_nettype wire
