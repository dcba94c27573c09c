// Output stage: requantises the COLUMNS sums of a vector, LANES at a time, and writes them.
//
// A vector of COLUMNS bytes is one word of the activation memory, or two words where COLUMNS = 2 * ROWS (the second
// one only where the output has that many channels).
//
// A side output is a second pass over the same sums, with parameters, zero point and address of its own.
//
// A vector takes one step per lane group (two with a residual: the accumulator's, then the residual's), one step
// per column for scores, one step for a map value or the bias register. Steps of one vector follow each other
// without a gap; the schedule leaves as many cycles between vectors, and no fewer than the vector has words to write.
// Latency: the first write comes 11 cycles after the vector's last step.

`default_nettype none

module camber_output_stage #(
    parameter ROWS = 16,
    parameter COLUMNS = 16,                        // ROWS or 2 * ROWS
    parameter COLUMN_BITS = 4,
    parameter LANES = 8,
    parameter LANE_BITS = 3,
    parameter PARAMETER_BITS = 76,                 // per lane: residual shift, residual multiplier, shift, multiplier, bias
    // What the schedule uses.
    parameter CLASS = 1,
    parameter WIDE = 1,
    parameter RESIDUAL = 1,
    parameter SIDE = 1,
    parameter MASKS = 1,
    parameter BIAS_REGISTER = 1,
    parameter MAXIMUM = 1,
    parameter SLOPE = 1,
    parameter TABLES = 1,
    parameter TABLE_WORDS = 65536,
    parameter TABLE_FILE = "tables.hex"
) (
    input  wire                       clk,
    input  wire                       rst_n,
    // a vector: complete in `held` in the next cycle, where its addresses are the ones given now
    input  wire                       vector_start,
    input  wire [COLUMNS*32-1:0]      held,
    // Only pools by maximum have winners.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [COLUMNS*8-1:0]       held_winners,
    input  wire                       maximum,      // sums are largest values: 256 times them + held_winners
    /* verilator lint_on UNUSEDSIGNAL */
    input  wire [15:0]                output_address,
    input  wire [15:0]                mask_address,
    input  wire [15:0]                residual_address,
    input  wire [15:0]                parameter_address,
    // the operation
    input  wire [1:0]                 destination,  // 0 activation, 1 scores, 2 map, 3 bias
    input  wire [1:0]                 residual_planes,
    input  wire [15:0]                residual_plane_stride,
    input  wire [15:0]                residual_zero_point,
    input  wire                       output_wide,
    input  wire [15:0]                output_plane_stride,
    input  wire [15:0]                output_channels,
    input  wire [15:0]                parameters,
    input  wire                       class_column,
    input  wire                       bias_from_register,
    input  wire [15:0]                zero_point,
    input  wire [31:0]                lower,
    input  wire [31:0]                upper,
    input  wire [1:0]                 mask_mode,    // 0 none, 1 write, 2 read
    input  wire [31:0]                mask_upper,
    input  wire                       side,
    input  wire                       side_residual,
    input  wire [15:0]                side_offset,
    input  wire [15:0]                side_parameters,
    input  wire [7:0]                 side_zero_point,
    // Without slopes and tables nobody looks at them.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire                       slope,
    input  wire                       lookup,
    input  wire [7:0]                 table_number,
    /* verilator lint_on UNUSEDSIGNAL */
    input  wire [15:0]                classes,
    input  wire [11:0]                class_used,
    // reads: data two cycles after the address
    output wire [15:0]                parameter_read_address,
    input  wire [LANES*PARAMETER_BITS-1:0] parameter_word,
    output wire                       residual_read,
    output wire [15:0]                residual_read_address,
    input  wire [ROWS*8-1:0]          residual_word,
    output wire                       mask_read,
    output wire [15:0]                mask_read_address,
    input  wire [COLUMNS-1:0]         mask_word,
    // writes
    output wire                       write_enable,
    output wire [15:0]                write_address,
    output wire [ROWS*8-1:0]          write_data,
    output reg                        mask_write_enable,
    output reg  [15:0]                mask_write_address,
    output reg  [COLUMNS-1:0]         mask_write_data,
    output reg                        result_write_enable,
    output reg  [15:0]                result_write_address,
    output reg  [31:0]                result_write_data,
    output reg                        result_is_score
);
    localparam [1:0] ACTIVATION = 2'd0, SCORES = 2'd1, MAP = 2'd2, BIAS = 2'd3;
    localparam GROUP_BITS = COLUMN_BITS - LANE_BITS;
    localparam [COLUMN_BITS-1:0] ONE = 1;
    localparam TWO_WORDS = COLUMNS > ROWS;

    // Step 0 ---------------------------------------------------------------------------------------------------
    // The running vector, step by step. `column` is the first column of the lane group, or the one wide column.
    reg                   stepping;
    reg [COLUMN_BITS-1:0] column;
    reg                   residual_step;
    reg [15:0]            output_address_0, mask_address_0, parameter_address_0;
    reg [15:0]            residual_address_0, residual_address_low_0;

    wire has_residual = RESIDUAL != 0 && residual_planes != 2'd0;
    wire wide_residual = WIDE != 0 && residual_planes[1];
    wire one_column = CLASS != 0 && class_column;
    wire [GROUP_BITS-1:0] group = column[COLUMN_BITS-1:LANE_BITS];
    reg  side_pass_0;
    wire side_pass = SIDE != 0 && side_pass_0;
    wire adds_residual = has_residual && (!side_pass || side_residual);
    wire group_done = residual_step == adds_residual;
    wire last_group = &group;
    wire pass_done = last_group && group_done;
    wire last_step =
        destination == ACTIVATION ? pass_done && (SIDE == 0 || !side || side_pass) :
        destination == SCORES ? &column : 1'b1;

    always @(posedge clk)
        if (!rst_n)
            stepping <= 1'b0;
        else if (vector_start)
            stepping <= 1'b1;
        else if (last_step)
            stepping <= 1'b0;

    always @(posedge clk)
        if (vector_start) begin
            column              <= one_column ? class_used[COLUMN_BITS-1:0] : {COLUMN_BITS{1'b0}};
            residual_step       <= 1'b0;
            side_pass_0         <= 1'b0;
            output_address_0    <= output_address;
            mask_address_0      <= mask_address;
            parameter_address_0 <= parameter_address;
            residual_address_0     <= residual_address;
            residual_address_low_0 <= residual_address + residual_plane_stride;
        end else if (!group_done)
            residual_step <= 1'b1;
        else begin
            residual_step <= 1'b0;
            column        <= column + (destination == ACTIVATION ? LANES[COLUMN_BITS-1:0] : ONE);
            if (SIDE != 0 && destination == ACTIVATION && last_group) begin
                side_pass_0      <= 1'b1;
                output_address_0 <= output_address_0 + side_offset;
            end
        end

    assign parameter_read_address = one_column
        ? parameters + {{(4+LANE_BITS){1'b0}}, class_used[11:LANE_BITS]}
        : parameter_address_0 + {{(16-GROUP_BITS){1'b0}}, group} + (side_pass ? side_parameters : 16'd0);
    assign mask_read = stepping;
    assign mask_read_address = mask_address_0;
    // The residual of each lane group: the high plane (or the only one) in its first step, the low plane in its second.
    wire second_word = TWO_WORDS && column[COLUMN_BITS-1];
    assign residual_read = stepping && adds_residual && (!residual_step || wide_residual);
    assign residual_read_address = (residual_step ? residual_address_low_0 : residual_address_0) + {15'd0, second_word};

    // Steps 1 and 2: the lane group's sums meet their parameters, residual and mask ---------------------------------
    wire [GROUP_BITS-1:0] group_2;
    wire                  residual_step_2, residual_first_2, bias_step_2;
    camber_delay_flag #(.STAGES(2)) delay_bias_step (
        .clk(clk), .rst_n(rst_n), .in(stepping && destination == BIAS), .out(bias_step_2)
    );
    camber_delay #(.WIDTH(GROUP_BITS + 2), .STAGES(2)) delay_2 (
        .clk(clk), .in({group, residual_step, residual_read && !residual_step}),
        .out({group_2, residual_step_2, residual_first_2})
    );

    // Parameter words follow the channels, so they tell the vector's first channel.
    wire [15:0] vector_channel_0 = (parameter_address_0 - parameters) << LANE_BITS;

    // Columns beyond the output's channels give 0, in the words written as in the mask.
    reg [LANES*32-1:0]  sums_1, sums_2;
    reg [ROWS*8-1:0]    residual_high;
    reg [15:0]          channel_1;
    reg [LANES-1:0]     live_2;
    integer             k;
    always @(posedge clk) begin
        channel_1 <= vector_channel_0 + {{(16-COLUMN_BITS){1'b0}}, column};
        for (k = 0; k < LANES; k = k + 1)
            live_2[k] <= destination != ACTIVATION || channel_1 + k[15:0] < output_channels;
        for (k = 0; k < LANES; k = k + 1)
            sums_1[k*32 +: 32] <= MAXIMUM != 0 && maximum
                ? {held[(group*LANES + k)*32 +: 24], held_winners[(group*LANES + k)*8 +: 8]}
                : held[(group*LANES + k)*32 +: 32];
        sums_2 <= sums_1;
        if (residual_first_2)
            residual_high <= residual_word;
    end

    wire [COLUMNS*8-1:0] residual_low_vector = {(COLUMNS / ROWS){residual_word}};
    wire [COLUMNS*8-1:0] residual_high_vector = {(COLUMNS / ROWS){residual_high}};
    wire [LANES*8-1:0] residual_low_bytes = residual_low_vector[group_2*(LANES*8) +: LANES*8];
    wire [LANES*8-1:0] residual_high_bytes = residual_high_vector[group_2*(LANES*8) +: LANES*8];
    wire [LANES-1:0]   mask_bits = mask_word[group_2*LANES +: LANES];

    // Steps 2 to 10: the lanes -----------------------------------------------------------------------------------
    // The bias register takes column 0's sum and bias as they are.
    reg [31:0] bias_register;
    always @(posedge clk)
        if (bias_step_2)
            bias_register <= sums_2[31:0] + parameter_word[31:0];

    // Zero point and clamp bounds of the pass, in the cycles in which the lanes use them.
    wire side_7, side_8, side_10;
    generate
        if (SIDE != 0) begin : passes
            camber_delay #(.WIDTH(1), .STAGES(7)) delay_side_7 (.clk(clk), .in(side_pass), .out(side_7));
            camber_delay #(.WIDTH(1), .STAGES(1)) delay_side_8 (.clk(clk), .in(side_7), .out(side_8));
            camber_delay #(.WIDTH(1), .STAGES(2)) delay_side_10 (.clk(clk), .in(side_8), .out(side_10));
        end else begin : one_pass
            assign {side_7, side_8, side_10} = 3'b000;
        end
    endgenerate
    wire [15:0] pass_zero_point = side_7 ? {{8{side_zero_point[7]}}, side_zero_point} : zero_point;
    wire [31:0] pass_lower = side_8 ? -32'sd128 : lower;
    wire [31:0] pass_upper = side_8 ? 32'sd127 : upper;

    wire [LANES*32-1:0] q;
    wire [LANES-1:0]    mask_out;
    wire [LANES*8-1:0]  index;
    wire [LANES*16-1:0] entries;
    wire                looks_up;
    wire                reads_mask = MASKS != 0 && mask_mode == 2'd2;
    wire                has_slope = SLOPE != 0 && slope;

    // A table's entry is read while its lane takes its last step.
    genvar t;
    generate
        if (TABLES != 0) begin : tables
            assign looks_up = lookup;
            for (t = 0; t < LANES; t = t + 2) begin : pair
                camber_table #(.DEPTH(TABLE_WORDS), .FILE(TABLE_FILE)) lookup_table (
                    .clk(clk), .address_0({table_number, index[t*8 +: 8]}), .address_1({table_number, index[t*8 + 8 +: 8]}),
                    .entry_0(entries[t*16 +: 16]), .entry_1(entries[t*16 + 16 +: 16])
                );
            end
        end else begin : tables
            assign looks_up = 1'b0;
            assign entries = {LANES*16{1'b0}};
            // The lanes tell an index all the same.
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused = ^index;
            /* verilator lint_on UNUSEDSIGNAL */
        end
    endgenerate

    genvar l;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : lane
            wire [31:0] bias;
            wire [16:0] multiplier, residual_multiplier;
            wire [5:0]  shift_minus_1;
            wire [3:0]  residual_shift;
            assign {residual_shift, residual_multiplier, shift_minus_1, multiplier, bias} =
                parameter_word[l*PARAMETER_BITS +: PARAMETER_BITS];

            wire [7:0]  low = residual_low_bytes[l*8 +: 8];
            wire [7:0]  high = residual_high_bytes[l*8 +: 8];
            wire [16:0] residual =
                (wide_residual ? {high[7], high, 8'd0} : 17'd0) + {{9{low[7]}}, low}
                - {residual_zero_point[15], residual_zero_point};

            camber_requantise_lane #(
                .RESIDUAL(RESIDUAL), .SLOPE(SLOPE), .TABLES(TABLES), .MASKS(MASKS)
            ) requantise (
                .clk(clk), .residual_step(residual_step_2), .accumulator(sums_2[l*32 +: 32]),
                .bias(BIAS_REGISTER != 0 && bias_from_register ? bias_register : bias), .residual(residual), .multiplier(multiplier),
                .residual_multiplier(residual_multiplier), .slope_by_sign(has_slope && !reads_mask),
                .slope_by_mask(has_slope && reads_mask && !mask_bits[l]), .residual_shift(residual_shift),
                .shift_minus_1(shift_minus_1), .zero_point(pass_zero_point), .lower(pass_lower), .upper(pass_upper),
                .mask_upper(mask_upper), .lookup(looks_up), .live(live_2[l]),
                .keep(!reads_mask || has_slope || mask_bits[l]), .index(index[l*8 +: 8]), .entry(entries[l*16 +: 16]),
                .q(q[l*32 +: 32]), .mask_out(mask_out[l])
            );
        end
    endgenerate

    // Steps 10 and 11: words are put together and written -----------------------------------------------------------
    wire                   group_valid_10, last_10, two_words_10;
    wire [COLUMN_BITS-1:0] column_10;
    wire [15:0]            output_address_10, mask_address_10;
    wire [15:0]            wide_address_0 = destination == SCORES
        ? output_address_0 + {{(16-COLUMN_BITS){1'b0}}, column}
        : destination == MAP ? output_address_0 + classes : output_address_0;

    camber_delay_flag #(.STAGES(10)) delay_group_valid (
        .clk(clk), .rst_n(rst_n), .in(stepping && (group_done || destination != ACTIVATION)), .out(group_valid_10)
    );
    camber_delay_flag #(.STAGES(10)) delay_last (
        .clk(clk), .rst_n(rst_n), .in(stepping && (destination == ACTIVATION ? pass_done : last_step)), .out(last_10)
    );
    wire two_words_0 = TWO_WORDS && vector_channel_0 + ROWS[15:0] < output_channels;
    camber_delay #(.WIDTH(COLUMN_BITS + 33), .STAGES(10)) delay_10 (
        .clk(clk), .in({two_words_0, column, wide_address_0, mask_address_0}),
        .out({two_words_10, column_10, output_address_10, mask_address_10})
    );

    wire [GROUP_BITS-1:0] group_10 = column_10[COLUMN_BITS-1:LANE_BITS];
    wire [31:0] wide_value = q[column_10[LANE_BITS-1:0]*32 +: 32];

    // 16-bit values are stored as value = high * 256 + low with both bytes signed.
    reg [COLUMNS*8-1:0] low_vector, high_vector;
    integer             i;

    always @(posedge clk)
        for (i = 0; i < LANES; i = i + 1)
            if (group_valid_10) begin
                low_vector[(group_10*LANES + i)*8 +: 8]  <= q[i*32 +: 8];
                high_vector[(group_10*LANES + i)*8 +: 8] <= q[i*32 + 8 +: 8] + {7'd0, q[i*32 + 7]};
                mask_write_data[group_10*LANES + i]      <= mask_out[i];
            end

    // Up to four words: both words of the high plane (or the only one), then those of the low plane. The first is
    // written at once; copies are kept of the others, for the next vector may be coming in.
    reg                 write_first, write_two;
    reg [2:0]           pending;          // second word, first word of the low plane, its second word
    reg [15:0]          address, address_second, address_low;
    reg [ROWS*8-1:0]    second_kept;
    reg [COLUMNS*8-1:0] low_kept;
    wire                 write_wide = WIDE != 0 && output_wide;
    wire [COLUMNS*8-1:0] first_vector = write_wide ? high_vector : low_vector;

    always @(posedge clk) begin
        write_first  <= rst_n && last_10 && destination == ACTIVATION;
        write_two    <= two_words_10;
        if (!rst_n)
            pending <= 3'b000;
        else if (write_first)
            pending <= {write_wide && write_two, write_wide, write_two};
        else
            pending <= pending & (pending - 3'd1);
        address      <= output_address_10;
        if (write_first) begin
            address_second <= address + 16'd1;
            address_low    <= address + output_plane_stride;
            second_kept    <= first_vector[COLUMNS*8-1 -: ROWS*8];
            low_kept       <= low_vector;
        end
    end

    assign write_enable = write_first || pending != 3'b000;
    assign write_address =
        write_first ? address :
        pending[0] ? address_second :
        pending[1] ? address_low : address_low + 16'd1;
    assign write_data =
        write_first ? first_vector[ROWS*8-1:0] :
        pending[0] ? second_kept :
        pending[1] ? low_kept[ROWS*8-1:0] : low_kept[COLUMNS*8-1 -: ROWS*8];

    always @(posedge clk) begin
        mask_write_enable    <= rst_n && last_10 && mask_mode == 2'd1 && !side_10;
        mask_write_address   <= mask_address_10;
        result_write_enable  <= rst_n && group_valid_10
            && (destination == MAP || (destination == SCORES && output_address_10 < output_channels));
        result_write_address <= output_address_10;
        result_write_data    <= wide_value;
        result_is_score      <= destination == SCORES;
    end
endmodule

`default_nettype wire
