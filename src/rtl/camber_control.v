// AXI4-Lite registers, run control and cycle counters.
//
//     0x00 control             write bit 0: start (waits until the last run's results have been sent)
//     0x04 status              bit 0: busy; bit 1: done, cleared by writing 1 to it and by a start
//     0x08 class_select        bit 31: fixed class in bits 11:0; else the class with the highest score
//     0x0c top_class           class with the highest score
//     0x10 class_used          class that is explained
//     0x14 inference_cycles    from the first image beat to the last score, stalls left out
//     0x18 explanation_cycles  from there to the last map value
//     0x1c stall_cycles        cycles in which the image stream kept the engine waiting
//     0x20 build_id            of the compiled model
//     0x24 irq_enable          bit 0: raise irq while done
//
// The same table is src/compiler/emit/registers.ts.

`default_nettype none

module camber_control (
    input  wire        clk,
    input  wire        rst_n,
    // Registers are words: the low address bits select bytes, which strobes do already.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [5:0]  s_axil_awaddr,
    input  wire [5:0]  s_axil_araddr,
    /* verilator lint_on UNUSEDSIGNAL */
    input  wire        s_axil_awvalid,
    output wire        s_axil_awready,
    input  wire [31:0] s_axil_wdata,
    input  wire [3:0]  s_axil_wstrb,
    input  wire        s_axil_wvalid,
    output wire        s_axil_wready,
    output wire [1:0]  s_axil_bresp,
    output reg         s_axil_bvalid,
    input  wire        s_axil_bready,
    input  wire        s_axil_arvalid,
    output wire        s_axil_arready,
    output reg  [31:0] s_axil_rdata,
    output wire [1:0]  s_axil_rresp,
    output reg         s_axil_rvalid,
    input  wire        s_axil_rready,
    output wire        irq,
    // run
    input  wire        primed,
    input  wire        drained,
    output wire        open,           // pulse: take an image
    input  wire        begin_run,
    input  wire        running,
    input  wire        explanation,
    input  wire        stall,
    input  wire        finished,
    // class
    input  wire        class_fixed,    // defaults of the compiled model
    input  wire [11:0] class_index,
    input  wire [11:0] top_class,
    output wire [11:0] class_used,
    input  wire [31:0] build_id
);
    localparam [3:0] CONTROL = 4'd0, STATUS = 4'd1, CLASS_SELECT = 4'd2, TOP_CLASS = 4'd3, CLASS_USED = 4'd4,
        INFERENCE_CYCLES = 4'd5, EXPLANATION_CYCLES = 4'd6, STALL_CYCLES = 4'd7, BUILD_ID = 4'd8, IRQ_ENABLE = 4'd9;

    reg        start, busy, done, irq_enable;
    reg [31:0] inference_cycles, explanation_cycles, stall_cycles;

    // Class selection: what was written, else the model's default; taken over when a run begins.
    reg        select_written, select_fixed, run_fixed;
    reg [11:0] select_index, run_index;
    wire        fixed_now = select_written ? select_fixed : class_fixed;
    wire [11:0] index_now = select_written ? select_index : class_index;
    assign class_used = run_fixed ? run_index : top_class;

    // Writes: address and data are taken in any order, then acted upon together.
    reg        address_held, data_held;
    reg [3:0]  write_register;
    reg [31:0] write_data;
    reg [3:0]  write_strobe;
    wire       write = address_held && data_held && !s_axil_bvalid;

    assign s_axil_awready = !address_held;
    assign s_axil_wready = !data_held;
    assign s_axil_bresp = 2'b00;

    always @(posedge clk)
        if (!rst_n) begin
            address_held  <= 1'b0;
            data_held     <= 1'b0;
            s_axil_bvalid <= 1'b0;
        end else begin
            if (s_axil_awvalid && s_axil_awready)
                address_held <= 1'b1;
            if (s_axil_wvalid && s_axil_wready)
                data_held <= 1'b1;
            if (write) begin
                address_held  <= 1'b0;
                data_held     <= 1'b0;
                s_axil_bvalid <= 1'b1;
            end else if (s_axil_bready)
                s_axil_bvalid <= 1'b0;
        end

    always @(posedge clk) begin
        if (s_axil_awvalid && s_axil_awready)
            write_register <= s_axil_awaddr[5:2];
        if (s_axil_wvalid && s_axil_wready) begin
            write_data   <= s_axil_wdata;
            write_strobe <= s_axil_wstrb;
        end
    end

    wire write_start = write && write_register == CONTROL && write_strobe[0] && write_data[0];
    assign open = start && !busy && primed && drained;

    always @(posedge clk)
        if (!rst_n) begin
            start          <= 1'b0;
            busy           <= 1'b0;
            done           <= 1'b0;
            irq_enable     <= 1'b0;
            select_written <= 1'b0;
            select_fixed   <= 1'b0;
            select_index   <= 12'd0;
            run_fixed      <= 1'b0;
            run_index      <= 12'd0;
        end else begin
            if (write_start) begin
                start <= 1'b1;
                done  <= 1'b0;
            end else if (finished)
                done  <= 1'b1;
            else if (write && write_register == STATUS && write_strobe[0] && write_data[1])
                done  <= 1'b0;
            if (open) begin
                start     <= write_start;
                busy      <= 1'b1;
                run_fixed <= fixed_now;
                run_index <= index_now;
            end else if (finished)
                busy <= 1'b0;
            if (write && write_register == CLASS_SELECT) begin
                select_written <= 1'b1;
                if (write_strobe[0])
                    select_index[7:0] <= write_data[7:0];
                if (write_strobe[1])
                    select_index[11:8] <= write_data[11:8];
                if (write_strobe[3])
                    select_fixed <= write_data[31];
            end
            if (write && write_register == IRQ_ENABLE && write_strobe[0])
                irq_enable <= write_data[0];
        end

    assign irq = done && irq_enable;

    // Counters: every cycle of a run, from the first beat on, counts in exactly one of them.
    always @(posedge clk)
        if (!rst_n) begin
            inference_cycles   <= 32'd0;
            explanation_cycles <= 32'd0;
            stall_cycles       <= 32'd0;
        end else if (begin_run) begin
            inference_cycles   <= 32'd1;
            explanation_cycles <= 32'd0;
            stall_cycles       <= 32'd0;
        end else if (running) begin
            if (stall)
                stall_cycles <= stall_cycles + 32'd1;
            else if (explanation)
                explanation_cycles <= explanation_cycles + 32'd1;
            else
                inference_cycles <= inference_cycles + 32'd1;
        end

    // Reads.
    assign s_axil_arready = !s_axil_rvalid;
    assign s_axil_rresp = 2'b00;

    always @(posedge clk)
        if (!rst_n)
            s_axil_rvalid <= 1'b0;
        else if (s_axil_arvalid && s_axil_arready)
            s_axil_rvalid <= 1'b1;
        else if (s_axil_rready)
            s_axil_rvalid <= 1'b0;

    always @(posedge clk)
        if (s_axil_arvalid && s_axil_arready)
            case (s_axil_araddr[5:2])
                STATUS:             s_axil_rdata <= {30'd0, done, start || busy};
                CLASS_SELECT:       s_axil_rdata <= {fixed_now, 19'd0, index_now};
                TOP_CLASS:          s_axil_rdata <= {20'd0, top_class};
                CLASS_USED:         s_axil_rdata <= {20'd0, class_used};
                INFERENCE_CYCLES:   s_axil_rdata <= inference_cycles;
                EXPLANATION_CYCLES: s_axil_rdata <= explanation_cycles;
                STALL_CYCLES:       s_axil_rdata <= stall_cycles;
                BUILD_ID:           s_axil_rdata <= build_id;
                IRQ_ENABLE:         s_axil_rdata <= {31'd0, irq_enable};
                default:            s_axil_rdata <= 32'd0;
            endcase

    // Only the register fields exist.
    /* verilator lint_off UNUSEDSIGNAL */
    wire unused = ^{write_data[30:12], write_strobe[2]};
    /* verilator lint_on UNUSEDSIGNAL */
endmodule

`default_nettype wire
