// Sequencer: walks the schedule in the control ROM, one operation after the other.
//
// An operation is a nest of seven counted loops (tile, row, column outside; plane, ky, kx, input inside). Every
// cycle in state ISSUE issues one step of the innermost loop; the output levels step once per output vector.
// After the last reduction step of a vector come `bubbles` idle cycles (the output stage may need longer than the
// reduction), after the last vector `drain` idle cycles, in the last of which the next operation is loaded. It may issue
// while results of the one before it are on their way: the schedule makes sure that it reads none of them too early.
//
// `stall` (the image stream has no beat when one is due) freezes everything here; nothing else can.

`default_nettype none

module camber_sequencer #(
    parameter ROM_WORDS = 65536,
    parameter ROM_FILE = "control.hex",
    parameter GROUPS = 2,                      // lane groups per output vector
    parameter ROW_BITS = 4,
    parameter COLUMN_BITS = 4,
    parameter TRANSPOSED = 1,
    parameter CLASS = 1                        // weight tiles depend on the class
) (
    input  wire          clk,
    input  wire          rst_n,
    input  wire          begin_run,            // first beat of the image accepted
    input  wire          stall,
    input  wire [15:0]   image_words,          // image words written so far
    input  wire [11:0]   class_used,
    output wire          primed,               // header and first operation are there
    output reg           running,
    output wire          finished,             // last cycle of the last operation
    output reg           explanation,          // the scores are there: cycles count as explanation from now on
    // header
    output wire [31:0]   build_id,
    output wire [15:0]   classes,
    output wire [15:0]   map_values,
    output wire          class_fixed,
    output wire [11:0]   class_index,
    output wire [23:0]   image_beats,
    output wire [11:0]   image_width,
    output wire [11:0]   image_last_row,
    output wire [11:0]   image_first_tick,
    output wire [11:0]   image_last_tick,
    output wire [2:0]    image_channels,
    output wire [5:0]    image_insert,
    output wire          image_unsigned,
    output wire [31:0]   image_padding,
    output wire [255:0]  image_pattern,
    // one step of the current operation
    output wire          issue,
    output wire          operation_first,      // first step of the operation
    output wire          vector_first,         // first reduction step of an output vector
    output wire          vector_shift,         // first step of the low plane: accumulators times 256
    output wire          vector_last,
    output wire          vector_opens,         // last reduction step of the operation's first output vector
    output reg           second_half,          // the step is an odd one of its input loop; of a one-hot operand: of an odd half
    output wire [15:0]   activation_address,
    output wire [11:0]   y,
    output wire [11:0]   x,
    output wire [15:0]   weight_address,
    output reg  [15:0]   class_offset,         // class tile * class_stride
    output wire [15:0]   port_address,
    output wire [15:0]   output_address,
    output wire [15:0]   mask_address,
    output reg  [15:0]   parameter_address,
    // fields of the current operation
    output wire [1:0]    source,
    output wire [2:0]    weight_mode,
    output wire [7:0]    padding,
    output wire [11:0]   y_limit,
    output wire [11:0]   x_limit,
    output wire [1:0]    residual_planes,
    output wire [15:0]   residual_plane_stride,
    output wire [15:0]   residual_zero_point,
    output wire [1:0]    destination,
    output wire          output_wide,
    output wire [15:0]   output_plane_stride,
    output wire [15:0]   output_channels,
    output wire [15:0]   parameters,
    output wire          class_column,
    output wire          bias_from_register,
    output wire [15:0]   zero_point,
    output wire [31:0]   lower,
    output wire [31:0]   upper,
    output wire [1:0]    mask_mode,
    output wire [31:0]   mask_upper,
    output wire          slope,
    output wire          lookup,
    output wire [7:0]    table_number,
    output wire          side,
    output wire          side_residual,
    output wire [15:0]   side_offset,
    output wire [15:0]   side_parameters,
    output wire [7:0]    side_zero_point
);
    localparam [1:0] IDLE = 2'd0, WAIT = 2'd1, ISSUE = 2'd2, GAP = 2'd3;
    localparam [1:0] ONE_HOT = 2'd2;
    localparam [2:0] TRANSPOSED_MODE = 3'd1;
    localparam HALVES = 1 << (COLUMN_BITS - ROW_BITS);
    localparam LEVELS = 7, PLANE = 3, INPUT = 6;

    // Records: header, next operation (complete while `full`), current operation.
    wire          full;
    wire          load;
    wire [1279:0] record;
    reg  [1279:0] header;
    reg           header_valid;
    reg  [1279:0] operation;

    wire take_header = full && !header_valid;
    assign primed = full && header_valid;

    wire         next_last_operation;
    wire [83:0]  next_counts;
    wire [15:0]  next_input_words, next_class_stride, next_parameters;
    wire [1:0]   next_source;
    // Only the base of each walk is taken from the next record; the deltas come from the current one.
    /* verilator lint_off UNUSEDSIGNAL */
    wire [127:0] next_activation_walk, next_weight_walk, next_port_walk;
    wire [95:0]  next_y_walk, next_x_walk;
    wire [63:0]  next_output_walk, next_mask_walk;
    wire [127:0] activation_walk, weight_walk, port_walk;
    wire [95:0]  y_walk, x_walk;
    wire [63:0]  output_walk, mask_walk;
    /* verilator lint_on UNUSEDSIGNAL */
    wire [83:0]  counts;
    wire [15:0]  bubbles;
    wire [11:0]  drain, settle;
    wire         closes_inference;

    camber_fetch #(.ROM_WORDS(ROM_WORDS), .ROM_FILE(ROM_FILE)) fetch (
        .clk(clk), .rst_n(rst_n), .take(take_header || load), .rewind(load && next_last_operation),
        .full(full), .record(record)
    );

    camber_header_fields header_fields (
        .record(header), .build_id(build_id), .classes(classes), .map_values(map_values), .class_fixed(class_fixed),
        .class_index(class_index), .image_beats(image_beats), .image_width(image_width),
        .image_last_row(image_last_row), .image_first_tick(image_first_tick), .image_last_tick(image_last_tick),
        .image_channels(image_channels), .image_insert(image_insert), .image_unsigned(image_unsigned),
        .image_padding(image_padding), .image_pattern(image_pattern)
    );

    // The next operation is needed only where a register is loaded from it; the other fields are read once current.
    /* verilator lint_off PINMISSING */
    camber_operation_fields next_fields (
        .record(record), .last_operation(next_last_operation), .counts(next_counts), .input_words(next_input_words),
        .source(next_source), .activation_walk(next_activation_walk),
        .y_walk(next_y_walk), .x_walk(next_x_walk), .weight_walk(next_weight_walk),
        .class_stride(next_class_stride), .port_walk(next_port_walk), .output_walk(next_output_walk),
        .parameters(next_parameters), .mask_walk(next_mask_walk)
    );

    camber_operation_fields current_fields (
        .record(operation), .counts(counts), .bubbles(bubbles), .drain(drain),
        .source(source), .weight_mode(weight_mode), .padding(padding), .activation_walk(activation_walk),
        .y_walk(y_walk), .y_limit(y_limit), .x_walk(x_walk), .x_limit(x_limit), .weight_walk(weight_walk),
        .port_walk(port_walk), .residual_planes(residual_planes), .residual_plane_stride(residual_plane_stride),
        .residual_zero_point(residual_zero_point), .destination(destination), .output_walk(output_walk),
        .output_wide(output_wide), .output_plane_stride(output_plane_stride), .output_channels(output_channels),
        .parameters(parameters), .class_column(class_column), .bias_from_register(bias_from_register),
        .zero_point(zero_point), .lower(lower), .upper(upper), .mask_mode(mask_mode), .mask_walk(mask_walk),
        .mask_upper(mask_upper), .closes_inference(closes_inference), .settle(settle), .slope(slope), .lookup(lookup),
        .table_number(table_number), .side(side), .side_residual(side_residual),
        .side_offset(side_offset), .side_parameters(side_parameters), .side_zero_point(side_zero_point)
    );
    /* verilator lint_on PINMISSING */

    // State.
    reg [1:0]  state;
    reg        ending;       // the current operation is the last one
    reg [15:0] idle;         // idle cycles left after this one
    reg        first;        // next step is the first of a vector
    reg        fresh;        // next step is the first of the operation
    reg        shift;        // next step is the first of the low plane
    reg        over;         // the last step of the operation has been issued
    reg        opening;      // the first output vector is being issued
    reg        settling;     // the scores are on their way
    reg [11:0] unsettled;    // cycles left after this one until they are there

    assign load = state == WAIT && idle == 16'd0 && !ending && primed && image_words >= next_input_words && !stall;
    assign finished = state == WAIT && idle == 16'd0 && ending && !stall;
    assign issue = state == ISSUE && !stall;
    assign operation_first = fresh;
    assign vector_first = first;
    assign vector_shift = shift;
    assign vector_opens = issue && opening && vector_last;

    // Loop counters count down. The stepping level is the innermost one that is not at its end; the ones inside it wrap.
    reg  [83:0]       remaining;
    reg  [LEVELS-1:0] at_end;
    reg  [LEVELS-1:0] step;
    reg  [LEVELS-1:0] wrap;
    reg               inner_at_end;
    integer           i, level;

    always @* begin
        inner_at_end = 1'b1;
        at_end = {LEVELS{1'b0}};
        step = {LEVELS{1'b0}};
        wrap = {LEVELS{1'b0}};
        for (i = LEVELS - 1; i >= 0; i = i - 1) begin
            at_end[i] = remaining[i*12 +: 12] == 12'd0;
            step[i] = issue && inner_at_end && !at_end[i];
            inner_at_end = inner_at_end && at_end[i];
            wrap[i] = issue && inner_at_end;
        end
    end

    assign vector_last = &at_end[LEVELS-1:PLANE];
    wire operation_last = &at_end;
    wire intervals_over = state == ISSUE ? vector_last && operation_last && bubbles == 16'd0
        : state == GAP && idle == 16'd0 && over;

    always @(posedge clk)
        for (level = 0; level < LEVELS; level = level + 1)
            if (load)
                remaining[level*12 +: 12] <= next_counts[level*12 +: 12];
            else if (wrap[level])
                remaining[level*12 +: 12] <= counts[level*12 +: 12];
            else if (step[level])
                remaining[level*12 +: 12] <= remaining[level*12 +: 12] - 12'd1;

    // The class's tile, and for a one-hot operand the half of the tile that it stands in.
    wire [11:0] class_tile = class_used >> COLUMN_BITS;
    wire        next_class_half = HALVES == 2 && CLASS != 0 && next_source == ONE_HOT && class_used[ROW_BITS];
    reg         class_half;

    // class_tile * class_stride by shift and add: too small for a DSP block, and not in a hurry.
    reg [15:0] class_product;
    integer bit_index;
    always @* begin
        class_product = 16'd0;
        for (bit_index = 0; bit_index < 12 - COLUMN_BITS; bit_index = bit_index + 1)
            if (class_tile[bit_index])
                class_product = class_product + (next_class_stride << bit_index);
    end

    always @(posedge clk) begin
        if (!rst_n) begin
            state        <= IDLE;
            header_valid <= 1'b0;
            running      <= 1'b0;
            ending       <= 1'b0;
            explanation  <= 1'b0;
            settling     <= 1'b0;
            unsettled    <= 12'd0;
            idle         <= 16'd0;
        end else begin
            if (take_header)
                header_valid <= 1'b1;
            if (begin_run) begin
                state       <= WAIT;
                running     <= 1'b1;
                ending      <= 1'b0;
                idle        <= 16'd0;
            end else if (finished) begin
                state   <= IDLE;
                running <= 1'b0;
            end else if (load) begin
                state       <= ISSUE;
                ending      <= next_last_operation;
            end else if (!stall) begin
                case (state)
                    ISSUE:
                        if (vector_last) begin
                            if (bubbles != 16'd0) begin
                                state <= GAP;
                                idle  <= bubbles - 16'd1;
                            end else if (operation_last) begin
                                state <= WAIT;
                                idle  <= {4'd0, drain};
                            end
                        end
                    GAP:
                        if (idle != 16'd0)
                            idle <= idle - 16'd1;
                        else if (over) begin
                            state <= WAIT;
                            idle  <= {4'd0, drain};
                        end else
                            state <= ISSUE;
                    WAIT:
                        if (idle != 16'd0)
                            idle <= idle - 16'd1;
                    default: ;
                endcase
            end
            if (begin_run) begin
                settling    <= 1'b0;
                explanation <= 1'b0;
            end else if (!stall) begin
                if (intervals_over && closes_inference) begin
                    settling  <= 1'b1;
                    unsettled <= settle;
                end else if (settling) begin
                    unsettled <= unsettled - 12'd1;
                    if (unsettled == 12'd0) begin
                        settling    <= 1'b0;
                        explanation <= 1'b1;
                    end
                end
            end
        end
        if (take_header)
            header <= record;
        if (load) begin
            operation    <= record;
            class_offset <= CLASS != 0 ? class_product : 16'd0;
            class_half   <= next_class_half;
        end
    end

    always @(posedge clk)
        if (load) begin
            first   <= 1'b1;
            fresh   <= 1'b1;
            shift   <= 1'b0;
            over    <= 1'b0;
            opening <= 1'b1;
            second_half <= next_class_half;
        end else if (issue) begin
            second_half <= step[INPUT] ? !second_half : class_half;
            first <= vector_last;
            fresh <= 1'b0;
            shift <= step[PLANE];
            over  <= operation_last;
            if (vector_last)
                opening <= 1'b0;
        end

    camber_walk #(.WIDTH(16)) walk_activation (
        .clk(clk), .load(load), .base(next_activation_walk[15:0]), .step(step),
        .deltas(activation_walk[127:16]), .value(activation_address)
    );
    camber_walk #(.WIDTH(12)) walk_y (
        .clk(clk), .load(load), .base(next_y_walk[11:0]), .step(step), .deltas(y_walk[95:12]), .value(y)
    );
    camber_walk #(.WIDTH(12)) walk_x (
        .clk(clk), .load(load), .base(next_x_walk[11:0]), .step(step), .deltas(x_walk[95:12]), .value(x)
    );
    // A word's halves are two inputs of a transposed step: the next word is due after both.
    wire weight_stays = HALVES == 2 && TRANSPOSED != 0 && weight_mode == TRANSPOSED_MODE && !second_half;
    camber_walk #(.WIDTH(16)) walk_weight (
        .clk(clk), .load(load), .base(next_weight_walk[15:0]), .step({step[INPUT] && !weight_stays, step[INPUT-1:0]}),
        .deltas(weight_walk[127:16]), .value(weight_address)
    );
    camber_walk #(.WIDTH(16)) walk_port (
        .clk(clk), .load(load), .base(next_port_walk[15:0]), .step(step),
        .deltas(port_walk[127:16]), .value(port_address)
    );
    camber_walk #(.WIDTH(16), .LEVELS(3)) walk_output (
        .clk(clk), .load(load), .base(next_output_walk[15:0]), .step(step[2:0]),
        .deltas(output_walk[63:16]), .value(output_address)
    );
    camber_walk #(.WIDTH(16), .LEVELS(3)) walk_mask (
        .clk(clk), .load(load), .base(next_mask_walk[15:0]), .step(step[2:0]),
        .deltas(mask_walk[63:16]), .value(mask_address)
    );

    always @(posedge clk)
        if (load)
            parameter_address <= next_parameters;
        else if (step[0])
            parameter_address <= parameter_address + GROUPS[15:0];
endmodule

`default_nettype wire
