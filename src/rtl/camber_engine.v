// The engine: sequencer, memories, input stage, array and output stage.
//
// Time line of one step, in cycles after its issue (tree = register stages of the adder tree):
//     0 walks   1 addresses   2, 3 memories   4 operands   5 products   5 + tree sum   6 + tree accumulator
//     7 + tree  holding registers: step 0 of the output stage, which writes 11 cycles after a vector's last step
// Nothing in it ever waits: what the sequencer issues arrives at a fixed time (src/compiler/schedule/timing.ts).

`default_nettype none

module camber_engine #(
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
    parameter ROM_FILE = "control.hex",
    parameter WEIGHT_FILE = "weights.hex",
    parameter UPPER_WEIGHT_FILE = "weights_upper.hex",
    parameter PARAMETER_FILE = "parameters.hex",
    parameter TABLE_FILE = "tables.hex"
) (
    input  wire        clk,
    input  wire        rst_n,
    // run control
    input  wire        open,
    output wire        primed,
    output wire        begin_run,
    output wire        running,
    output wire        explanation,
    output wire        stall,
    output wire        finished,
    // model
    output wire [31:0] build_id,
    output wire [15:0] classes,
    output wire [15:0] map_values,
    output wire        class_fixed,
    output wire [11:0] class_index,
    output wire [11:0] top_class,
    input  wire [11:0] class_used,
    // image
    input  wire [31:0] s_axis_tdata,
    input  wire        s_axis_tvalid,
    output wire        s_axis_tready,
    // results
    output wire        result_write_enable,
    output wire [15:0] result_write_address,
    output wire [31:0] result_write_data
);
    localparam ROW_BITS = $clog2(ROWS);
    localparam COLUMN_BITS = $clog2(COLUMNS);
    localparam LANE_BITS = $clog2(LANES);
    localparam TREE_STAGES = ($clog2(ROWS) + 1) / 2;
    localparam PARAMETER_BITS = 76;
    localparam [2:0] TRANSPOSED_MODE = 3'd1, PORT_MODE = 3'd2, DIAGONAL_MODE = 3'd3, MAXIMUM_MODE = 3'd4;
    localparam [2:0] WINNERS_MODE = 3'd5, WINDOW_MODE = 3'd6, STRIDED_WINDOW_MODE = 3'd7;
    // Four rows have no quarters that a pair of columns could share.
    localparam SLIDES = WINDOW != 0 && ROWS > 4 ? 1 : 0;
    localparam GROUPS = SLIDES != 0 ? 4 : 1;
    localparam WINDOW_ROWS = 3;

    // Sequencer ------------------------------------------------------------------------------------------------
    wire [23:0]  image_beats;
    wire [11:0]  image_width, image_last_row, image_first_tick, image_last_tick;
    wire [2:0]   image_channels;
    wire [5:0]   image_insert;
    wire         image_unsigned;
    wire [31:0]  image_padding;
    // Sized for the largest array.
    /* verilator lint_off UNUSEDSIGNAL */
    wire [255:0] image_pattern;
    /* verilator lint_on UNUSEDSIGNAL */
    wire [15:0]  image_words;

    wire         issue, operation_first, vector_first, vector_shift, vector_last, vector_opens, second_half;
    wire [15:0]  activation_walk, weight_walk, class_offset, port_walk, output_walk, mask_walk, parameter_walk;
    wire [11:0]  y, x, y_limit, x_limit;
    wire [2:0]   weight_mode;
    wire [1:0]   source, residual_planes, destination, mask_mode;
    wire [7:0]   padding;
    wire [15:0]  residual_plane_stride, residual_zero_point, output_plane_stride, output_channels, parameters;
    wire         output_wide, class_column, bias_from_register;
    wire [15:0]  zero_point;
    wire [31:0]  lower, upper, mask_upper;
    wire         side, side_residual;
    wire [15:0]  side_offset, side_parameters;
    wire [7:0]   side_zero_point;
    wire         slope, lookup;
    wire [7:0]   table_number;

    camber_sequencer #(
        .ROM_WORDS(ROM_WORDS), .ROM_FILE(ROM_FILE), .GROUPS(COLUMNS / LANES), .ROW_BITS(ROW_BITS),
        .COLUMN_BITS(COLUMN_BITS), .TRANSPOSED(TRANSPOSED), .CLASS(CLASS)
    ) sequencer (
        .clk(clk), .rst_n(rst_n), .begin_run(begin_run), .stall(stall), .image_words(image_words),
        .class_used(class_used), .primed(primed), .running(running), .finished(finished),
        .explanation(explanation), .build_id(build_id), .classes(classes), .map_values(map_values),
        .class_fixed(class_fixed), .class_index(class_index), .image_beats(image_beats), .image_width(image_width),
        .image_last_row(image_last_row), .image_first_tick(image_first_tick), .image_last_tick(image_last_tick),
        .image_channels(image_channels), .image_insert(image_insert), .image_unsigned(image_unsigned),
        .image_padding(image_padding), .image_pattern(image_pattern), .issue(issue),
        .operation_first(operation_first), .vector_first(vector_first), .vector_shift(vector_shift),
        .vector_last(vector_last), .vector_opens(vector_opens), .second_half(second_half),
        .activation_address(activation_walk), .y(y), .x(x), .weight_address(weight_walk),
        .class_offset(class_offset), .port_address(port_walk), .output_address(output_walk),
        .mask_address(mask_walk), .parameter_address(parameter_walk), .source(source), .weight_mode(weight_mode),
        .padding(padding), .y_limit(y_limit), .x_limit(x_limit), .residual_planes(residual_planes),
        .residual_plane_stride(residual_plane_stride), .residual_zero_point(residual_zero_point),
        .destination(destination), .output_wide(output_wide), .output_plane_stride(output_plane_stride),
        .output_channels(output_channels), .parameters(parameters), .class_column(class_column),
        .bias_from_register(bias_from_register), .zero_point(zero_point), .lower(lower), .upper(upper),
        .mask_mode(mask_mode), .mask_upper(mask_upper), .slope(slope), .lookup(lookup),
        .table_number(table_number), .side(side), .side_residual(side_residual),
        .side_offset(side_offset), .side_parameters(side_parameters), .side_zero_point(side_zero_point)
    );

    // The first step of each operation, for simulation traces.
    /* verilator lint_off UNUSEDSIGNAL */
    wire trace_operation = issue && operation_first;
    /* verilator lint_on UNUSEDSIGNAL */

    // Cycle 1: addresses ------------------------------------------------------------------------------------------
    reg [15:0] activation_address, port_address;
    reg        inside_1, right_1, left_1, port_read_1;
    wire       sliding = weight_mode == WINDOW_MODE || weight_mode == STRIDED_WINDOW_MODE;
    wire [11:0] x_right = x + 12'd1;
    wire [11:0] x_left = x - 12'd1;

    always @(posedge clk) begin
        activation_address <= activation_walk;
        port_address       <= port_walk;
        inside_1           <= y < y_limit && x < x_limit;
        right_1            <= y < y_limit && x_right < x_limit;
        left_1             <= y < y_limit && x_left < x_limit;
        port_read_1        <= rst_n && issue && PORT != 0
            && (weight_mode == PORT_MODE || weight_mode == DIAGONAL_MODE || weight_mode == WINNERS_MODE
                || sliding);
    end

    // Cycles 2 and 3: memories --------------------------------------------------------------------------------------
    wire                      write_enable;
    wire [15:0]               write_address;
    wire [ROWS*8-1:0]         write_data;
    wire                      residual_read;
    wire [15:0]               residual_read_address;
    wire [ROWS*8-1:0]         activation_word, port_word, image_word, image_write_data;
    wire [ROWS*COLUMNS*8-1:0] weight_word;
    wire [7:0]                number_1;
    wire                      image_write_enable;
    wire [15:0]               image_write_address;

    // The two read ports of the activation memory are two copies with a common write port. They could be one copy
    // on a memory clocked twice as fast, or where residual reads are given cycles of their own.
    camber_memory #(.WIDTH(ROWS*8), .DEPTH(ACTIVATION_WORDS)) activation_memory (
        .clk(clk), .write_enable(write_enable), .write_address(write_address), .write_data(write_data),
        .read_enable(1'b1), .read_address(activation_address), .read_data(activation_word)
    );
    generate
        if (PORT != 0 || RESIDUAL != 0) begin : second_port
            camber_memory #(.WIDTH(ROWS*8), .DEPTH(ACTIVATION_WORDS)) port_memory (
                .clk(clk), .write_enable(write_enable), .write_address(write_address), .write_data(write_data),
                .read_enable(residual_read || port_read_1),
                .read_address(residual_read ? residual_read_address : port_address), .read_data(port_word)
            );
        end else begin : second_port
            assign port_word = {ROWS*8{1'b0}};
            // Nothing reads.
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused = ^{port_read_1, residual_read, residual_read_address, port_address};
            /* verilator lint_on UNUSEDSIGNAL */
        end
    endgenerate
    camber_memory #(.WIDTH(ROWS*8), .DEPTH(IMAGE_WORDS)) image_memory (
        .clk(clk), .write_enable(image_write_enable), .write_address(image_write_address),
        .write_data(image_write_data), .read_enable(1'b1), .read_address(activation_address), .read_data(image_word)
    );
    camber_weight_memory #(
        .ROWS(ROWS), .COLUMNS(COLUMNS), .TRANSPOSED(TRANSPOSED), .DEPTH(WEIGHT_WORDS), .FILE(WEIGHT_FILE),
        .UPPER_FILE(UPPER_WEIGHT_FILE)
    ) weight_memory (
        .clk(clk), .walk(weight_walk), .class_offset(class_offset), .transposed(weight_mode == TRANSPOSED_MODE),
        .second_half(second_half), .number(number_1), .word(weight_word)
    );

    camber_input_stage #(.ROWS(ROWS)) input_stage (
        .clk(clk), .rst_n(rst_n), .open(open), .image_beats(image_beats), .image_width(image_width),
        .image_last_row(image_last_row), .image_first_tick(image_first_tick), .image_last_tick(image_last_tick),
        .image_channels(image_channels), .image_insert(image_insert), .image_unsigned(image_unsigned),
        .image_padding(image_padding), .image_pattern(image_pattern[ROWS*8-1:0]), .s_axis_tdata(s_axis_tdata),
        .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready), .begin_run(begin_run), .stall(stall),
        .write_enable(image_write_enable), .write_address(image_write_address), .write_data(image_write_data),
        .image_words(image_words)
    );

    // Cycle 4: operands ----------------------------------------------------------------------------------------------
    wire                      inside_3, right_3, left_3, issue_3, second_half_3;
    wire [7:0]                number_3;    // of the step in its window, where no weights are read
    wire [GROUPS*ROWS*8-1:0]  first;

    camber_delay #(.WIDTH(11), .STAGES(2)) delay_inside (
        .clk(clk), .in({inside_1, right_1, left_1, number_1}), .out({inside_3, right_3, left_3, number_3})
    );
    camber_delay_flag #(.STAGES(3)) delay_issue_3 (.clk(clk), .rst_n(rst_n), .in(issue), .out(issue_3));
    camber_delay #(.WIDTH(1), .STAGES(3)) delay_half (.clk(clk), .in(second_half), .out(second_half_3));

    camber_first_operand #(
        .ROWS(ROWS), .ROW_BITS(ROW_BITS), .CLASS(CLASS), .WINNERS(WINNERS), .WINDOW(SLIDES), .GROUPS(GROUPS),
        .DEPTH(WINDOW_ROWS * COLUMNS / ROWS)
    ) first_operand (
        .clk(clk), .rst_n(rst_n), .source(source), .is_inside(inside_3), .padding(padding),
        .winners(weight_mode == WINNERS_MODE), .number(number_3), .port_word(port_word),
        .valid(issue_3), .sliding(sliding), .by_two(weight_mode == STRIDED_WINDOW_MODE), .right_inside(right_3),
        .left_inside(left_3),
        .image_pattern(image_pattern[ROWS*8-1:0]), .class_row(class_used[ROW_BITS-1:0]),
        .activation_word(activation_word), .image_word(image_word), .first(first)
    );

    // Cycles 4 to 7 + tree: array --------------------------------------------------------------------------------------
    wire                  issue_4, vector_start;
    wire [2:0]            flags_4;
    wire [COLUMNS*32-1:0] held;
    wire [COLUMNS*8-1:0]  held_winners;

    camber_delay_flag #(.STAGES(4)) delay_issue (.clk(clk), .rst_n(rst_n), .in(issue), .out(issue_4));
    camber_delay #(.WIDTH(3), .STAGES(4)) delay_flags (
        .clk(clk), .in({vector_first, vector_shift, vector_last}), .out(flags_4)
    );

    camber_array #(
        .ROWS(ROWS), .COLUMNS(COLUMNS), .PACKED(PACKED), .TREE_STAGES(TREE_STAGES), .TRANSPOSED(TRANSPOSED),
        .PORT(PORT), .DIAGONAL(DIAGONAL), .MAXIMUM(MAXIMUM), .WIDE(WIDE), .GROUPS(GROUPS)
    ) array (
        .clk(clk), .rst_n(rst_n), .weight_mode(weight_mode), .weight_word(weight_word), .port_word(port_word),
        .first(first), .valid(issue_4), .vector_first(flags_4[2]), .vector_shift(flags_4[1]),
        .vector_last(flags_4[0]), .is_inside(inside_3), .second_half(second_half_3), .number(number_3),
        .vector_start(vector_start), .held(held), .held_winners(held_winners)
    );

    // Output stage -----------------------------------------------------------------------------------------------------
    wire [15:0] output_address, mask_address, residual_address, parameter_address;
    wire [15:0] parameter_read_address, mask_read_address, mask_write_address;
    wire [LANES*PARAMETER_BITS-1:0] parameter_word;
    wire                mask_read, mask_write_enable, result_is_score;
    wire [COLUMNS-1:0]  mask_word, mask_write_data;

    camber_delay #(.WIDTH(64), .STAGES(6 + TREE_STAGES)) delay_addresses (
        .clk(clk), .in({output_walk, mask_walk, port_walk, parameter_walk}),
        .out({output_address, mask_address, residual_address, parameter_address})
    );

    // The fields of an operation follow its vectors: those the stage works with are taken over from the sequencer in
    // the cycle before the operation's first vector, while the next operation may be issuing soon after.
    localparam OUTPUT_FIELD_BITS = 254;
    reg  [OUTPUT_FIELD_BITS-1:0] output_fields;
    wire                         fields_due;
    camber_delay_flag #(.STAGES(5 + TREE_STAGES)) delay_opens (
        .clk(clk), .rst_n(rst_n), .in(vector_opens), .out(fields_due)
    );
    always @(posedge clk)
        if (fields_due)
            output_fields <= {
                destination, residual_planes, residual_plane_stride, residual_zero_point, output_wide,
                output_plane_stride, output_channels, parameters, class_column, bias_from_register, zero_point,
                lower, upper, mask_mode, mask_upper, slope, lookup, table_number, weight_mode == MAXIMUM_MODE,
                side, side_residual, side_offset, side_parameters, side_zero_point
            };

    wire [1:0]  stage_destination, stage_residual_planes, stage_mask_mode;
    wire [15:0] stage_residual_plane_stride, stage_residual_zero_point, stage_output_plane_stride;
    wire [15:0] stage_output_channels, stage_parameters, stage_zero_point;
    wire        stage_output_wide, stage_class_column, stage_bias_from_register, stage_slope, stage_lookup;
    wire        stage_maximum;
    wire [7:0]  stage_table_number;
    wire [31:0] stage_lower, stage_upper, stage_mask_upper;
    wire        stage_side, stage_side_residual;
    wire [15:0] stage_side_offset, stage_side_parameters;
    wire [7:0]  stage_side_zero_point;
    assign {
        stage_destination, stage_residual_planes, stage_residual_plane_stride, stage_residual_zero_point,
        stage_output_wide, stage_output_plane_stride, stage_output_channels, stage_parameters, stage_class_column,
        stage_bias_from_register, stage_zero_point, stage_lower, stage_upper, stage_mask_mode, stage_mask_upper,
        stage_slope, stage_lookup, stage_table_number, stage_maximum,
        stage_side, stage_side_residual, stage_side_offset, stage_side_parameters, stage_side_zero_point
    } = output_fields;

    camber_output_stage #(
        .ROWS(ROWS), .COLUMNS(COLUMNS), .COLUMN_BITS(COLUMN_BITS), .LANES(LANES), .LANE_BITS(LANE_BITS),
        .PARAMETER_BITS(PARAMETER_BITS), .CLASS(CLASS), .WIDE(WIDE), .RESIDUAL(RESIDUAL), .SIDE(SIDE),
        .MASKS(MASKS), .BIAS_REGISTER(BIAS_REGISTER), .MAXIMUM(MAXIMUM), .SLOPE(SLOPE), .TABLES(TABLES),
        .TABLE_WORDS(TABLE_WORDS), .TABLE_FILE(TABLE_FILE)
    ) output_stage (
        .clk(clk), .rst_n(rst_n), .vector_start(vector_start), .held(held),
        .held_winners(held_winners), .maximum(stage_maximum), .output_address(output_address),
        .mask_address(mask_address), .residual_address(residual_address), .parameter_address(parameter_address),
        .destination(stage_destination), .residual_planes(stage_residual_planes),
        .residual_plane_stride(stage_residual_plane_stride), .residual_zero_point(stage_residual_zero_point),
        .output_wide(stage_output_wide), .output_plane_stride(stage_output_plane_stride),
        .output_channels(stage_output_channels), .parameters(stage_parameters), .class_column(stage_class_column),
        .bias_from_register(stage_bias_from_register), .zero_point(stage_zero_point), .lower(stage_lower),
        .upper(stage_upper), .mask_mode(stage_mask_mode), .mask_upper(stage_mask_upper), .slope(stage_slope),
        .lookup(stage_lookup), .table_number(stage_table_number), .classes(classes),
        .side(stage_side), .side_residual(stage_side_residual), .side_offset(stage_side_offset),
        .side_parameters(stage_side_parameters), .side_zero_point(stage_side_zero_point),
        .class_used(class_used), .parameter_read_address(parameter_read_address), .parameter_word(parameter_word),
        .residual_read(residual_read), .residual_read_address(residual_read_address), .residual_word(port_word),
        .mask_read(mask_read), .mask_read_address(mask_read_address), .mask_word(mask_word),
        .write_enable(write_enable), .write_address(write_address), .write_data(write_data),
        .mask_write_enable(mask_write_enable), .mask_write_address(mask_write_address),
        .mask_write_data(mask_write_data), .result_write_enable(result_write_enable),
        .result_write_address(result_write_address), .result_write_data(result_write_data),
        .result_is_score(result_is_score)
    );

    camber_rom #(.WIDTH(LANES*PARAMETER_BITS), .DEPTH(PARAMETER_WORDS), .FILE(PARAMETER_FILE)) parameter_memory (
        .clk(clk), .read_address(parameter_read_address), .read_data(parameter_word)
    );
    generate
        if (MASKS != 0) begin : masks
            camber_memory #(.WIDTH(COLUMNS), .DEPTH(MASK_WORDS)) mask_memory (
                .clk(clk), .write_enable(mask_write_enable), .write_address(mask_write_address),
                .write_data(mask_write_data), .read_enable(mask_read), .read_address(mask_read_address),
                .read_data(mask_word)
            );
        end else begin : masks
            assign mask_word = {COLUMNS{1'b0}};
            // Nothing is written or read.
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused = ^{mask_write_enable, mask_write_address, mask_write_data, mask_read, mask_read_address};
            /* verilator lint_on UNUSEDSIGNAL */
        end
    endgenerate

    camber_argmax argmax (
        .clk(clk), .rst_n(rst_n), .score_valid(result_write_enable && result_is_score), .score_index(result_write_address),
        .score(result_write_data), .top_class(top_class)
    );
endmodule

`default_nettype wire
