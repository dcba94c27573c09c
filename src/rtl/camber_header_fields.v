// Names the fields of the first record of the control ROM, which describes the model, lowest bits first.
// The same table is `headerFields` in src/compiler/emit/encode-operation.ts.

`default_nettype none

module camber_header_fields (
    input  wire [1279:0] record,
    output wire [31:0]   build_id,
    output wire [15:0]   classes,
    output wire [15:0]   map_values,
    output wire          class_fixed,       // reset value of the class select register
    output wire [11:0]   class_index,
    output wire [23:0]   image_beats,       // 32-bit beats per image
    output wire [11:0]   image_width,
    output wire [11:0]   image_last_row,    // height - 1
    output wire [11:0]   image_first_tick,  // first tick of a row that completes an image word: pack - 1 - padLeft
    output wire [11:0]   image_last_tick,   // width + pack - 2
    output wire [2:0]    image_channels,
    output wire [5:0]    image_insert,      // byte of an image word where the newest pixel enters: (pack - 1) * channels
    output wire          image_unsigned,    // uint8 pixels: flip the top bit
    output wire [31:0]   image_padding,     // padding pixel
    output wire [255:0]  image_pattern      // image word of padding pixels
);
    assign {
        image_pattern, image_padding, image_unsigned, image_insert, image_channels, image_last_tick,
        image_first_tick, image_last_row, image_width, image_beats, class_index, class_fixed, map_values, classes,
        build_id
    } = record[446:0];

    // A header fills only part of a record.
    /* verilator lint_off UNUSEDSIGNAL */
    wire unused = ^record[1279:447];
    /* verilator lint_on UNUSEDSIGNAL */
endmodule

`default_nettype wire
