// Input stage: turns the image stream into words of the image memory.
//
// The stream carries the pixels in HWC order, their channels (1 to 4) packed back to back, four bytes a beat. One
// tick per cycle moves one pixel into a word-wide shift register that holds the `pack` newest pixels; after the
// last pixel of a row, pack - 1 padding pixels follow. Image word (y, j) is the register after pixel
// j - padLeft + pack - 1 of row y has entered, so words come in the order of their addresses.
//
// The byte buffer is deep enough that a stream with a beat in every cycle never keeps the ticks waiting. A tick
// that finds too few bytes raises `stall`, which freezes the sequencer and the cycle counters.

`default_nettype none

module camber_input_stage #(
    parameter ROWS = 16
) (
    input  wire              clk,
    input  wire              rst_n,
    input  wire              open,           // pulse: take the next image
    input  wire [23:0]       image_beats,
    input  wire [11:0]       image_width,
    input  wire [11:0]       image_last_row,
    input  wire [11:0]       image_first_tick,
    input  wire [11:0]       image_last_tick,
    input  wire [2:0]        image_channels,
    input  wire [5:0]        image_insert,
    input  wire              image_unsigned,
    input  wire [31:0]       image_padding,
    input  wire [ROWS*8-1:0] image_pattern,
    input  wire [31:0]       s_axis_tdata,
    input  wire              s_axis_tvalid,
    output wire              s_axis_tready,
    output wire              begin_run,      // pulse: first beat accepted
    output wire              stall,
    output wire              write_enable,
    output wire [15:0]       write_address,
    output reg  [ROWS*8-1:0] write_data,
    output reg  [15:0]       image_words     // words written
);
    reg [23:0] beats;       // still to come
    reg [95:0] bytes;       // received and not used, oldest lowest
    reg [3:0]  level;       // number of them
    reg        waiting;     // for the first beat
    reg        ticking;
    reg [11:0] tick;
    reg [11:0] row;
    reg        complete;    // write_data is a word of the image memory

    assign s_axis_tready = beats != 24'd0 && level <= 4'd8;
    wire accept = s_axis_tvalid && s_axis_tready;
    assign begin_run = accept && waiting;

    wire pixel_tick = tick < image_width;
    assign stall = ticking && pixel_tick && level < {1'b0, image_channels};
    wire advance = ticking && !stall;
    wire [3:0] used = advance && pixel_tick ? {1'b0, image_channels} : 4'd0;
    wire [3:0] kept = level - used;

    always @(posedge clk)
        if (!rst_n) begin
            beats   <= 24'd0;
            level   <= 4'd0;
            waiting <= 1'b0;
            ticking <= 1'b0;
            tick    <= 12'd0;
            row     <= 12'd0;
        end else if (open) begin
            beats   <= image_beats;
            level   <= 4'd0;
            waiting <= 1'b1;
            tick    <= 12'd0;
            row     <= 12'd0;
        end else begin
            level <= kept + (accept ? 4'd4 : 4'd0);
            if (accept)
                beats <= beats - 24'd1;
            if (begin_run) begin
                waiting <= 1'b0;
                ticking <= 1'b1;
            end
            if (advance) begin
                tick <= tick == image_last_tick ? 12'd0 : tick + 12'd1;
                if (tick == image_last_tick) begin
                    row <= row + 12'd1;
                    if (row == image_last_row)
                        ticking <= 1'b0;
                end
            end
        end

    wire [95:0] bytes_kept = bytes >> {used, 3'b000};
    always @(posedge clk)
        if (accept)
            bytes <= (bytes_kept & ~({96{1'b1}} << {kept, 3'b000})) | ({64'd0, s_axis_tdata} << {kept, 3'b000});
        else
            bytes <= bytes_kept;

    // The newest pixel enters at byte image_insert while the others move down by one pixel.
    wire [31:0] pixel = pixel_tick ? bytes[31:0] ^ {4{image_unsigned, 7'd0}} : image_padding;
    wire [ROWS*8-1:0] shifted = write_data >> {image_channels, 3'b000};
    reg  [ROWS*8-1:0] next_word;
    integer           r, c;

    always @* begin
        next_word = shifted;
        for (r = 0; r < ROWS; r = r + 1)
            for (c = 0; c < 4; c = c + 1)
                if (c < {29'd0, image_channels} && r == {26'd0, image_insert} + c)
                    next_word[r*8 +: 8] = pixel[c*8 +: 8];
    end

    // The shift register doubles as the write data of the image memory.
    always @(posedge clk) begin
        if (open)
            write_data <= image_pattern;
        else if (advance)
            write_data <= next_word;

        if (!rst_n || open)
            complete <= 1'b0;
        else if (!stall)
            complete <= advance && tick >= image_first_tick;

        if (open)
            image_words <= 16'd0;
        else if (write_enable)
            image_words <= image_words + 16'd1;
    end

    // A stall freezes this write too, so that the sequencer counts words in the same cycles whatever the stream does.
    assign write_enable = complete && !stall;
    assign write_address = image_words;
endmodule

`default_nettype wire
