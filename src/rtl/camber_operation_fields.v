// Names the fields of an operation's record in the control ROM, lowest bits first.
// The same table, with the encoding of each field, is `operationFields` in src/compiler/emit/encode-operation.ts.

`default_nettype none

module camber_operation_fields (
    input  wire [1279:0] record,
    output wire          last_operation,      // of the schedule
    output wire [83:0]   counts,              // loop counts minus one, 12 bits per level, outermost first
    output wire [15:0]   bubbles,             // idle cycles after the last reduction step of each output vector
    output wire [11:0]   drain,               // idle cycles until the next operation, minus one
    output wire [15:0]   input_words,         // image words that must have been written before the first issue
    output wire [1:0]    source,              // 0 activation memory, 1 image memory, 2 one-hot(class)
    output wire [2:0]    weight_mode,         // 0 plain, 1 transposed, 2 port, 3 diagonal, 4 maximum, 5 winners, 6, 7 windows
    output wire [7:0]    padding,             // byte outside the window, source 0
    output wire [127:0]  activation_walk,     // walks: base, then the delta of each level, outermost first
    output wire [95:0]   y_walk,
    output wire [11:0]   y_limit,
    output wire [95:0]   x_walk,
    output wire [11:0]   x_limit,
    output wire [127:0]  weight_walk,
    output wire [15:0]   class_stride,        // times the class's tile added to the weight address
    output wire [127:0]  port_walk,
    output wire [1:0]    residual_planes,     // 0 no residual, 1 int8, 2 16 bits
    output wire [15:0]   residual_plane_stride,
    output wire [15:0]   residual_zero_point,
    output wire [1:0]    destination,         // 0 activation, 1 scores, 2 map, 3 bias
    output wire [63:0]   output_walk,         // output levels only: tile, row, column
    output wire          output_wide,         // 16-bit output: high plane, then low plane
    output wire [15:0]   output_plane_stride,
    output wire [15:0]   output_channels,
    output wire [15:0]   parameters,          // parameter word of tile 0, lane group 0
    output wire          class_column,        // only column class mod COLUMNS, with the parameters of that class
    output wire          bias_from_register,
    output wire [15:0]   zero_point,
    output wire [31:0]   lower,
    output wire [31:0]   upper,
    output wire [1:0]    mask_mode,           // 0 none, 1 write, 2 read
    output wire [63:0]   mask_walk,
    output wire [31:0]   mask_upper,
    output wire          closes_inference,    // the last operation of inference, where an explanation follows
    output wire [11:0]   settle,              // cycles from the last interval until all results are there, minus one
    output wire          slope,               // the residual multiplier replaces the multiplier below zero
    output wire          lookup,              // the clamped value is looked up in a table
    output wire [7:0]    table_number,
    output wire          side,                // a second result of the same sums, int8
    output wire          side_residual,       // the residual is added to it too
    output wire [15:0]   side_offset,         // from an output word to its side output's
    output wire [15:0]   side_parameters,     // from an output's parameter word to its side output's
    output wire [7:0]    side_zero_point
);
    assign {
        side_zero_point, side_parameters, side_offset, side_residual, side, table_number, lookup, slope, settle, closes_inference, mask_upper, mask_walk, mask_mode, upper, lower,
        zero_point, bias_from_register, class_column, parameters, output_channels, output_plane_stride, output_wide,
        output_walk, destination, residual_zero_point, residual_plane_stride, residual_planes, port_walk, class_stride,
        weight_walk, x_limit, x_walk, y_limit, y_walk, activation_walk, padding, weight_mode, source, input_words,
        drain, bubbles, counts, last_operation
    } = record[1151:0];

    // The rest of a record is spare.
    /* verilator lint_off UNUSEDSIGNAL */
    wire unused = ^record[1279:1152];
    /* verilator lint_on UNUSEDSIGNAL */
endmodule

`default_nettype wire
