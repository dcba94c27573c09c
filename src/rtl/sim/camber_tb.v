// Self-checking test bench of camber_top.
//
// Reads what it needs from the working directory: the memory images of the accelerator, and
//     runs.hex               one line per run: class_select, beats, operations, activation writes, mask writes,
//                            scores, map values, top class, class used, inference cycles, explanation cycles
//     image.hex              beats of the input stream, all runs one after the other, as in the files below
//     starts.hex             cycle of each operation's first issue
//     activation_writes.hex  address and word of each write to the activation memory
//     mask_writes.hex        address and word of each write to the mask memory
//     results.hex            words of the output stream
// All numbers are hexadecimal. Prints one line `CAMBER {...}` per run and at the end, and a line `MISMATCH {...}` for
// each of the first differences (JSON).
//
// Plusargs: +gaps=SEED random pauses on all streams and on the control port; +reset=N a reset in mid-flight, N cycles
// after the first beat of the first run, which is then repeated; +trace=FILE waveforms (built with CAMBER_TRACE).
//
// Under Verilator camber_main.cpp drives `clk`; for other simulators the clock is made here.

`timescale 1ns / 1ns

module camber_tb #(
    parameter ROWS = 16,
    parameter COLUMNS = 16,
    parameter LANES = 8,
    parameter PACKED = 0,
    parameter TRANSPOSED = 1,
    parameter PORT = 1,
    parameter DIAGONAL = 1,
    parameter MAXIMUM = 1,
    parameter WINNERS = 1,
    parameter WINDOW = 1,
    parameter SLOPE = 1,
    parameter TABLES = 1,
    parameter CLASS = 1,
    parameter WIDE = 1,
    parameter RESIDUAL = 1,
    parameter SIDE = 1,
    parameter MASKS = 1,
    parameter BIAS_REGISTER = 1,
    parameter ROM_WORDS = 65536,
    parameter ACTIVATION_WORDS = 65536,
    parameter IMAGE_WORDS = 65536,
    parameter WEIGHT_WORDS = 65536,
    parameter PARAMETER_WORDS = 65536,
    parameter MASK_WORDS = 65536,
    parameter TABLE_WORDS = 65536,
    parameter RESULT_WORDS = 65536
)
`ifdef VERILATOR
(
    input wire clk
);
`else
();
    reg clk = 1'b0;
    always #5 clk = !clk;
`endif

    // Device under test ------------------------------------------------------------------------------------------
    reg         rst_n = 1'b0;
    reg  [31:0] s_axis_tdata = 0;
    reg         s_axis_tvalid = 0;
    wire        s_axis_tready;
    wire [31:0] m_axis_tdata;
    wire        m_axis_tvalid, m_axis_tlast;
    reg         m_axis_tready = 0;
    reg  [5:0]  s_axil_awaddr = 0, s_axil_araddr = 0;
    reg         s_axil_awvalid = 0, s_axil_wvalid = 0, s_axil_bready = 0, s_axil_arvalid = 0, s_axil_rready = 0;
    reg  [31:0] s_axil_wdata = 0;
    wire        s_axil_awready, s_axil_wready, s_axil_bvalid, s_axil_arready, s_axil_rvalid;
    wire [1:0]  s_axil_bresp, s_axil_rresp;
    wire [31:0] s_axil_rdata;
    wire        irq;

    camber_top #(
        .ROWS(ROWS), .COLUMNS(COLUMNS), .LANES(LANES), .PACKED(PACKED), .TRANSPOSED(TRANSPOSED), .PORT(PORT),
        .DIAGONAL(DIAGONAL), .MAXIMUM(MAXIMUM), .WINNERS(WINNERS), .WINDOW(WINDOW), .SLOPE(SLOPE), .TABLES(TABLES),
        .TABLE_WORDS(TABLE_WORDS),
        .CLASS(CLASS), .WIDE(WIDE), .RESIDUAL(RESIDUAL), .SIDE(SIDE), .MASKS(MASKS), .BIAS_REGISTER(BIAS_REGISTER),
        .ROM_WORDS(ROM_WORDS),
        .ACTIVATION_WORDS(ACTIVATION_WORDS), .IMAGE_WORDS(IMAGE_WORDS), .WEIGHT_WORDS(WEIGHT_WORDS),
        .PARAMETER_WORDS(PARAMETER_WORDS), .MASK_WORDS(MASK_WORDS), .RESULT_WORDS(RESULT_WORDS)
    ) dut (
        .clk(clk), .rst_n(rst_n), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid),
        .s_axis_tready(s_axis_tready), .m_axis_tdata(m_axis_tdata), .m_axis_tvalid(m_axis_tvalid),
        .m_axis_tlast(m_axis_tlast), .m_axis_tready(m_axis_tready), .s_axil_awaddr(s_axil_awaddr),
        .s_axil_awvalid(s_axil_awvalid), .s_axil_awready(s_axil_awready), .s_axil_wdata(s_axil_wdata),
        .s_axil_wstrb(4'hf), .s_axil_wvalid(s_axil_wvalid), .s_axil_wready(s_axil_wready),
        .s_axil_bresp(s_axil_bresp), .s_axil_bvalid(s_axil_bvalid), .s_axil_bready(s_axil_bready),
        .s_axil_araddr(s_axil_araddr), .s_axil_arvalid(s_axil_arvalid), .s_axil_arready(s_axil_arready),
        .s_axil_rdata(s_axil_rdata), .s_axil_rresp(s_axil_rresp), .s_axil_rvalid(s_axil_rvalid),
        .s_axil_rready(s_axil_rready), .irq(irq)
    );

    // Files and options --------------------------------------------------------------------------------------------
    // Public, for Verilator 5.006 forgets a file handle that only $fscanf reads.
    integer runs_file /*verilator public*/, image_file /*verilator public*/, starts_file /*verilator public*/;
    integer activation_file /*verilator public*/, mask_file /*verilator public*/, results_file /*verilator public*/;
    integer scanned;
    reg [31:0] gaps = 0, reset_after = 0;
`ifdef CAMBER_TRACE
    reg [8*256-1:0] trace_file;
`endif

    task open_files;
        begin
            runs_file       = $fopen("runs.hex", "r");
            image_file      = $fopen("image.hex", "r");
            starts_file     = $fopen("starts.hex", "r");
            activation_file = $fopen("activation_writes.hex", "r");
            mask_file       = $fopen("mask_writes.hex", "r");
            results_file    = $fopen("results.hex", "r");
        end
    endtask

    task close_files;
        begin
            $fclose(runs_file);
            $fclose(image_file);
            $fclose(starts_file);
            $fclose(activation_file);
            $fclose(mask_file);
            $fclose(results_file);
        end
    endtask

    initial begin
        scanned = $value$plusargs("gaps=%d", gaps);
        scanned = $value$plusargs("reset=%d", reset_after);
        random = gaps * 32'h9e3779b9 + 32'h1234567;
`ifdef CAMBER_TRACE
        if ($value$plusargs("trace=%s", trace_file)) begin
            $dumpfile(trace_file);
            $dumpvars(0, camber_tb);
        end
`endif
    end

    // Random bits for pauses (xorshift). A pause happens where its bit is 1; without +gaps never.
    reg  [31:0] random;
    wire [31:0] random_1 = random ^ (random << 13);
    wire [31:0] random_2 = random_1 ^ (random_1 >> 17);
    wire [31:0] pause = gaps == 0 ? 32'd0 : random;
    always @(posedge clk)
        random <= random_2 ^ (random_2 << 5);

    // AXI4-Lite master: one transfer at a time ------------------------------------------------------------------------
    localparam [2:0] IDLE = 0, WRITE = 1, RESPONSE = 2, ADDRESS = 3, DATA = 4, FINISHED = 5;
    reg [2:0]  bus = IDLE;
    reg        request_write = 0, request_read = 0, data_pending = 0;
    reg [5:0]  request_address = 0;
    reg [31:0] request_data = 0, read_value = 0;

    always @(posedge clk)
        if (!rst_n) begin
            bus            <= IDLE;
            s_axil_awvalid <= 1'b0;
            s_axil_wvalid  <= 1'b0;
            s_axil_arvalid <= 1'b0;
            s_axil_bready  <= 1'b0;
            s_axil_rready  <= 1'b0;
        end else
            case (bus)
                IDLE:
                    if (request_write) begin
                        bus            <= WRITE;
                        s_axil_awaddr  <= request_address;
                        s_axil_wdata   <= request_data;
                        s_axil_awvalid <= 1'b1;
                        s_axil_wvalid  <= !pause[0];
                        data_pending   <= pause[0];
                    end else if (request_read) begin
                        bus            <= ADDRESS;
                        s_axil_araddr  <= request_address;
                        s_axil_arvalid <= 1'b1;
                    end
                WRITE: begin
                    if (s_axil_awready)
                        s_axil_awvalid <= 1'b0;
                    if (s_axil_wready)
                        s_axil_wvalid <= 1'b0;
                    if (data_pending && !pause[1]) begin
                        s_axil_wvalid <= 1'b1;
                        data_pending  <= 1'b0;
                    end
                    if ((!s_axil_awvalid || s_axil_awready) && !data_pending && (!s_axil_wvalid || s_axil_wready))
                        bus <= RESPONSE;
                end
                RESPONSE:
                    if (s_axil_bvalid && s_axil_bready) begin
                        s_axil_bready <= 1'b0;
                        bus           <= FINISHED;
                    end else if (!pause[2])
                        s_axil_bready <= 1'b1;
                ADDRESS:
                    if (s_axil_arready) begin
                        s_axil_arvalid <= 1'b0;
                        bus            <= DATA;
                    end
                DATA:
                    if (s_axil_rvalid && s_axil_rready) begin
                        s_axil_rready <= 1'b0;
                        read_value    <= s_axil_rdata;
                        bus           <= FINISHED;
                    end else if (!pause[3])
                        s_axil_rready <= 1'b1;
                default:
                    bus <= IDLE;
            endcase

    // Runs ---------------------------------------------------------------------------------------------------------------
    localparam [3:0] RESET = 0, NEXT = 1, SELECT = 2, ENABLE = 3, START = 4, RUN = 5, READ = 6, CLEAR = 7;
    localparam [5:0] CONTROL = 6'h00, STATUS = 6'h04, CLASS_SELECT = 6'h08, TOP_CLASS = 6'h0c, CLASS_USED = 6'h10,
        INFERENCE_CYCLES = 6'h14, EXPLANATION_CYCLES = 6'h18, STALL_CYCLES = 6'h1c, BUILD_ID = 6'h20, IRQ_ENABLE = 6'h24;

    reg [3:0]  step = RESET;
    integer    step_cycles = 0, silence = 0;
    integer    run = 0, total_mismatches = 0, mismatches = 0;
    reg        was_reset = 0;

    // What the current run should do, and what it has done so far.
    reg [31:0] class_select = 0, beats = 0, operations = 0, activation_writes = 0, mask_writes = 0, scores = 0;
    reg [31:0] map_values = 0, top_class = 0, class_used = 0, inference_cycles = 0, explanation_cycles = 0;
    integer    beats_sent = 0, operations_seen = 0, activation_seen = 0, mask_seen = 0, results_seen = 0, wall = 0;
    reg        counting = 0;

    // The next expected word of each kind.
    reg [15:0]          expected_address;
    reg [ROWS*8-1:0]    expected_activation;
    reg [COLUMNS-1:0]   expected_mask;
    reg [31:0]          expected_word, beat;
    reg                 held_valid = 0, held_last = 0;
    reg [31:0]          held_data = 0;

    // The first differences are reported, the others only counted.
    task report(input [8*24-1:0] kind, input integer index, input [255:0] expected, input [255:0] actual);
        begin
            if (total_mismatches < 20)
                $display("MISMATCH {\"run\":%0d,\"kind\":\"%0s\",\"operation\":%0d,\"index\":%0d,\"expected\":\"%0h\",\"actual\":\"%0h\"}",
                    run, kind, operations_seen - 1, index, expected, actual);
            mismatches = mismatches + 1;
            total_mismatches = total_mismatches + 1;
        end
    endtask

    task check(input [8*24-1:0] kind, input integer index, input [31:0] expected, input [31:0] actual);
        if (expected !== actual)
            report(kind, index, {224'd0, expected}, {224'd0, actual});
    endtask

    task go(input [3:0] next);
        begin
            step <= next;
            step_cycles <= 0;
        end
    endtask

    // One register access per step: the request stays until the bus has finished it.
    task access(input is_write, input [5:0] address, input [31:0] data);
        begin
            request_write   <= is_write && bus != FINISHED;
            request_read    <= !is_write && bus != FINISHED;
            request_address <= address;
            request_data    <= data;
        end
    endtask

    task clear_counts;
        begin
            beats_sent = 0;
            operations_seen = 0;
            activation_seen = 0;
            mask_seen = 0;
            results_seen = 0;
            wall = 0;
            mismatches = 0;
            counting = 1'b0;
        end
    endtask

    task finish_run;
        begin
            check("operations", 0, operations, operations_seen);
            check("activation writes", 0, activation_writes, activation_seen);
            check("mask writes", 0, mask_writes, mask_seen);
            $display("CAMBER {\"run\":%0d,\"mismatches\":%0d,\"inference\":%0d,\"explanation\":%0d,\"stall\":%0d,\"wall\":%0d,\"topClass\":%0d,\"classUsed\":%0d,\"operations\":%0d,\"activationWrites\":%0d,\"maskWrites\":%0d,\"results\":%0d}",
                run, mismatches, dut.control.inference_cycles, dut.control.explanation_cycles, dut.control.stall_cycles,
                wall, dut.top_class, dut.class_used, operations_seen, activation_seen, mask_seen, results_seen);
            run = run + 1;
        end
    endtask

    task finish(input is_done);
        begin
            $display("CAMBER {\"done\":%0s,\"runs\":%0d,\"mismatches\":%0d}", is_done ? "true" : "false", run,
                total_mismatches);
            $finish;
        end
    endtask

    always @(posedge clk) begin
        step_cycles <= step_cycles + 1;

        if (rst_n && step != RESET) begin
            // Input stream: a beat in every cycle unless it pauses; it begins before the start is acknowledged.
            if (s_axis_tvalid && s_axis_tready && !counting) begin
                counting = 1'b1;
                wall = 0;
            end
            if (!s_axis_tvalid || s_axis_tready) begin
                if ((step == START || step == RUN) && beats_sent < beats && !pause[8]) begin
                    scanned = $fscanf(image_file, "%h", beat);
                    s_axis_tdata  <= beat;
                    s_axis_tvalid <= 1'b1;
                    beats_sent = beats_sent + 1;
                end else
                    s_axis_tvalid <= 1'b0;
            end

            // Cycles from the first accepted beat on, until the interrupt.
            if (irq)
                counting = 1'b0;
            if (counting)
                wall = wall + 1;

            // Schedule: the first issue of every operation.
            if (dut.engine.trace_operation) begin
                scanned = $fscanf(starts_file, "%h", expected_word);
                operations_seen = operations_seen + 1;
                check("start", operations_seen - 1, expected_word,
                    dut.control.inference_cycles + dut.control.explanation_cycles);
            end

            // Every write to the activation and mask memories, in order.
            if (dut.engine.write_enable) begin
                scanned = $fscanf(activation_file, "%h %h", expected_address, expected_activation);
                check("activation address", activation_seen, {16'd0, expected_address}, {16'd0, dut.engine.write_address});
                if (expected_activation !== dut.engine.write_data)
                    report("activation", activation_seen, expected_activation, dut.engine.write_data);
                activation_seen = activation_seen + 1;
            end
            if (dut.engine.mask_write_enable) begin
                scanned = $fscanf(mask_file, "%h %h", expected_address, expected_mask);
                check("mask address", mask_seen, {16'd0, expected_address}, {16'd0, dut.engine.mask_write_address});
                if (expected_mask !== dut.engine.mask_write_data)
                    report("mask", mask_seen, expected_mask, dut.engine.mask_write_data);
                mask_seen = mask_seen + 1;
            end

            // Output stream: words, TLAST, and that nothing changes while it waits.
            if (held_valid) begin
                check("stream stays valid", results_seen, 32'd1, {31'd0, m_axis_tvalid});
                check("stream data stays", results_seen, held_data, m_axis_tdata);
                check("stream last stays", results_seen, {31'd0, held_last}, {31'd0, m_axis_tlast});
            end
            held_valid <= m_axis_tvalid && !m_axis_tready;
            held_data  <= m_axis_tdata;
            held_last  <= m_axis_tlast;
            m_axis_tready <= !pause[10];
            if (m_axis_tvalid && m_axis_tready) begin
                scanned = $fscanf(results_file, "%h", expected_word);
                check("result", results_seen, expected_word, m_axis_tdata);
                results_seen = results_seen + 1;
                check("last", results_seen - 1,
                    {31'd0, results_seen == scores || results_seen == scores + map_values}, {31'd0, m_axis_tlast});
            end

            // A run in which nothing moves for long hangs.
            silence <= dut.engine.issue || s_axis_tvalid && s_axis_tready || m_axis_tvalid && m_axis_tready
                || step != RUN ? 0 : silence + 1;
            if (silence > 100000) begin
                report("hang", 0, 0, 0);
                finish(1'b0);
            end
        end else begin
            s_axis_tvalid <= 1'b0;
            m_axis_tready <= 1'b0;
            held_valid    <= 1'b0;
        end

        // Control
        case (step)
            RESET: begin
                if (step_cycles == 0) begin
                    if (was_reset)
                        close_files;
                    open_files;
                end
                rst_n <= step_cycles >= 4;
                request_write <= 1'b0;
                request_read  <= 1'b0;
                if (step_cycles == 5)
                    go(NEXT);
            end
            NEXT: begin
                clear_counts;
                scanned = $fscanf(runs_file, "%h %h %h %h %h %h %h %h %h %h %h", class_select, beats, operations,
                    activation_writes, mask_writes, scores, map_values, top_class, class_used, inference_cycles,
                    explanation_cycles);
                if (scanned == 11)
                    go(SELECT);
                else
                    finish(1'b1);
            end
            SELECT: begin
                access(1'b1, CLASS_SELECT, class_select);
                if (bus == FINISHED)
                    go(ENABLE);
            end
            ENABLE: begin
                access(1'b1, IRQ_ENABLE, 32'd1);
                if (bus == FINISHED)
                    go(START);
            end
            START: begin
                access(1'b1, CONTROL, 32'd1);
                if (bus == FINISHED)
                    go(RUN);
            end
            RUN: begin
                if (irq && results_seen == scores + map_values)
                    go(READ);
                if (reset_after != 0 && wall >= reset_after && run == 0 && !was_reset) begin
                    // A reset in mid-flight: everything starts over.
                    was_reset = 1'b1;
                    rst_n <= 1'b0;
                    go(RESET);
                end
            end
            READ: begin
                // Registers, one after the other; step_cycles counts the accesses that have finished.
                case (step_cycles)
                    0: access(1'b0, STATUS, 32'd0);
                    1: access(1'b0, TOP_CLASS, 32'd0);
                    2: access(1'b0, CLASS_USED, 32'd0);
                    3: access(1'b0, INFERENCE_CYCLES, 32'd0);
                    4: access(1'b0, EXPLANATION_CYCLES, 32'd0);
                    5: access(1'b0, CLASS_SELECT, 32'd0);
                    6: access(1'b0, BUILD_ID, 32'd0);
                    7: access(1'b0, IRQ_ENABLE, 32'd0);
                    default: access(1'b0, STALL_CYCLES, 32'd0);
                endcase
                step_cycles <= step_cycles;
                if (bus == FINISHED) begin
                    step_cycles <= step_cycles + 1;
                    case (step_cycles)
                        0: check("status", 0, 32'd2, read_value);
                        1: check("top class", 0, top_class, read_value);
                        2: check("class used", 0, class_used, read_value);
                        3: check("inference cycles", 0, inference_cycles, read_value);
                        4: check("explanation cycles", 0, explanation_cycles, read_value);
                        5: check("class select", 0, class_select, read_value);
                        6: check("build id", 0, dut.build_id, read_value);
                        7: check("irq enable", 0, 32'd1, read_value);
                        default: begin
                            check("stall cycles", 0, wall - inference_cycles - explanation_cycles, read_value);
                            if (gaps == 0)
                                check("stall without pauses", 0, 32'd0, read_value);
                            go(CLEAR);
                        end
                    endcase
                end
            end
            default: begin
                access(1'b1, STATUS, 32'd2);
                if (bus == FINISHED) begin
                    check("irq cleared", 0, 32'd0, {31'd0, irq});
                    finish_run;
                    go(NEXT);
                end
            end
        endcase
    end
endmodule
