// One requantiser lane: eight register stages from an accumulator to its requantised value.
//
//     V = (accumulator + bias) * multiplier  [+ (residual - zero point) * residual_multiplier << residual_shift]
//     q = clamp(floor((V + 2^(shift-1)) / 2^shift) + zero_point, lower, upper)
//
// With a slope the residual multiplier, signed, takes the multiplier's place where accumulator + bias is negative (or where
// the mask's bit is 0). With a look-up q is the entry of a table that q would be the index of. All
// as written down in src/compiler/quantize/semantics.ts. A residual takes a second step through the same multiplier,
// in the cycle after the first. V is held in 51 bits, which no valid schedule exceeds. A
// multiplier of 17 bits fills the 18-bit port of a DSP block.

`default_nettype none

module camber_requantise_lane #(
    parameter RESIDUAL = 1,
    parameter SLOPE = 1,
    parameter TABLES = 1,
    parameter MASKS = 1
) (
    input  wire        clk,
    // stage 0
    input  wire        residual_step,      // this is the residual's step: add to the V of the step before
    input  wire [31:0] accumulator,
    input  wire [31:0] bias,
    input  wire [16:0] residual,           // zero point subtracted
    input  wire [16:0] multiplier,
    input  wire [16:0] residual_multiplier,
    input  wire        slope_by_sign,      // below zero the slope is taken
    input  wire        slope_by_mask,      // the slope is taken
    input  wire [3:0]  residual_shift,
    input  wire [5:0]  shift_minus_1,
    // constant over an operation
    input  wire [15:0] zero_point,
    input  wire [31:0] lower,
    input  wire [31:0] upper,
    input  wire [31:0] mask_upper,
    input  wire        lookup,
    // stage 0
    input  wire        live,               // the column is a channel of the output; others give 0
    input  wire        keep,               // 0: the mask clears the element
    // stage 7
    output wire [7:0]  index,              // of the table's entry, which is there in stage 8
    // stage 8
    input  wire [15:0] entry,
    output wire [31:0] q,
    output reg         mask_out            // V > 0 and q < mask_upper
);
    wire second_step = RESIDUAL != 0 && residual_step;

    // 1: the factors
    reg signed [32:0] factor;
    reg signed [17:0] scale;
    wire [32:0] biased = {accumulator[31], accumulator} + {bias[31], bias};
    wire        on_slope = SLOPE != 0 && (slope_by_mask || (slope_by_sign && biased[32]));
    always @(posedge clk) begin
        factor <= second_step ? {{16{residual[16]}}, residual} : biased;
        scale  <= {on_slope && residual_multiplier[16], second_step || on_slope ? residual_multiplier : multiplier};
    end

    // 2: their product
    reg signed [50:0] product;
    always @(posedge clk)
        product <= factor * scale;

    // 3: V
    wire       accumulate_3;
    wire [3:0] residual_shift_3;
    camber_delay #(.WIDTH(5), .STAGES(2)) delay_3 (
        .clk(clk), .in({second_step, residual_shift}), .out({accumulate_3, residual_shift_3})
    );
    wire       on_slope_3;
    camber_delay #(.WIDTH(1), .STAGES(3)) delay_slope (.clk(clk), .in(on_slope), .out(on_slope_3));
    reg [50:0] v;
    always @(posedge clk)
        v <= accumulate_3 ? v + (product <<< residual_shift_3) : product;

    // 4: V / 2^(shift-1)
    wire [5:0] shift_4;
    camber_delay #(.WIDTH(6), .STAGES(3)) delay_4 (.clk(clk), .in(shift_minus_1), .out(shift_4));
    wire signed [50:0] v_signed = v;
    reg signed [50:0] twice;
    reg positive_4;
    always @(posedge clk) begin
        twice      <= v_signed >>> shift_4;
        positive_4 <= !v[50] && v != 51'd0 && !on_slope_3;
    end

    // 5: rounded
    reg signed [50:0] rounded;
    reg positive_5;
    always @(posedge clk) begin
        rounded    <= (twice + 51'sd1) >>> 1;
        positive_5 <= positive_4;
    end

    // 6: zero point added, saturated far outside of 32 bits
    wire fits = rounded[50:33] == {18{rounded[50]}};
    wire [34:0] saturated = fits ? rounded[34:0] : {rounded[50], rounded[50], {33{!rounded[50]}}};
    reg signed [34:0] offset;
    reg positive_6;
    always @(posedge clk) begin
        offset     <= saturated + {{19{zero_point[15]}}, zero_point};
        positive_6 <= positive_5;
    end

    // 7: clamped
    wire signed [34:0] lower_wide = {{3{lower[31]}}, lower};
    wire signed [34:0] upper_wide = {{3{upper[31]}}, upper};
    reg signed [31:0] clamped;
    reg positive_7;
    always @(posedge clk) begin
        clamped    <= offset < lower_wide ? lower : offset > upper_wide ? upper : offset[31:0];
        positive_7 <= positive_6;
    end

    // 8: masked
    wire live_7, keep_7;
    camber_delay #(.WIDTH(2), .STAGES(7)) delay_7 (.clk(clk), .in({live, MASKS == 0 || keep}), .out({live_7, keep_7}));
    wire signed [31:0] mask_limit = mask_upper;
    reg signed [31:0] shown;
    reg               is_shown;
    always @(posedge clk) begin
        shown    <= live_7 && keep_7 ? clamped : 32'd0;
        is_shown <= live_7 && keep_7;
        mask_out <= MASKS != 0 && live_7 && positive_7 && clamped < mask_limit;
    end

    assign index = {!clamped[7], clamped[6:0]};
    assign q = TABLES != 0 && lookup ? {16'd0, is_shown ? entry : 16'd0} : shown;
endmodule

`default_nettype wire
