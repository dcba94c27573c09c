/** Operator tests that cannot be run, each with its reason. */

/**
 * Element types that no image classifier computes with and that JavaScript has no array for (8-, 4- and 2-bit
 * floats and 4- and 2-bit integers), and sequences: each must give its diagnostic.
 */
export const unsupportedTests: Readonly<Record<string, RegExp>> = {
  test_cast_FLOAT16_to_FLOAT4E2M1: /CAM201.*FLOAT4E2M1/,
  test_cast_FLOAT16_to_FLOAT8E4M3FNUZ: /CAM201.*FLOAT8E4M3FNUZ/,
  test_cast_FLOAT16_to_FLOAT8E5M2FNUZ: /CAM201.*FLOAT8E5M2FNUZ/,
  test_cast_FLOAT16_to_INT4: /CAM201.*INT4/,
  test_cast_FLOAT16_to_UINT4: /CAM201.*UINT4/,
  test_cast_FLOAT4E2M1_to_FLOAT16: /CAM201.*FLOAT4E2M1/,
  test_cast_FLOAT8E4M3FNUZ_to_FLOAT16: /CAM201.*FLOAT8E4M3FNUZ/,
  test_cast_FLOAT8E4M3FN_to_FLOAT16: /CAM201.*FLOAT8E4M3FN/,
  test_cast_FLOAT8E5M2FNUZ_to_FLOAT16: /CAM201.*FLOAT8E5M2FNUZ/,
  test_cast_FLOAT8E5M2_to_FLOAT16: /CAM201.*FLOAT8E5M2/,
  test_cast_FLOAT_to_FLOAT4E2M1: /CAM201.*FLOAT4E2M1/,
  test_cast_FLOAT_to_FLOAT8E4M3FNUZ: /CAM201.*FLOAT8E4M3FNUZ/,
  test_cast_FLOAT_to_FLOAT8E5M2FNUZ: /CAM201.*FLOAT8E5M2FNUZ/,
  test_cast_FLOAT_to_INT4: /CAM201.*INT4/,
  test_cast_FLOAT_to_UINT4: /CAM201.*UINT4/,
  test_dequantizelinear_e4m3fn: /CAM201.*FLOAT8E4M3FN/,
  test_dequantizelinear_e4m3fn_zero_point: /CAM201.*FLOAT8E4M3FN/,
  test_dequantizelinear_float4e2m1: /CAM201.*FLOAT4E2M1/,
  test_dequantizelinear_int2: /CAM201.*INT2/,
  test_dequantizelinear_uint4: /CAM201.*UINT4/,
  test_identity_sequence: /CAM107.*"x" is not a tensor/,
  test_quantizelinear_e5m2: /CAM201.*FLOAT8E5M2/,
  test_quantizelinear_int4: /CAM201.*INT4/,
  test_quantizelinear_uint2: /CAM201.*UINT2/,
};

/** Tests that Camber compiles and ONNX Runtime Web does not run as expected, original model included: why. */
export const runtimeGaps: Readonly<Record<string, string>> = {
  test_celu_bfloat16: 'its JavaScript interface has no bfloat16 tensors',
  test_convinteger_with_padding: 'its ConvInteger takes no zero point per channel',
  test_pow_types_float32_uint32: 'it has no Pow kernel for a uint32 exponent',
  test_resize_downsample_scales_linear_align_corners:
    'it takes the scale from the rounded output size (an exclusion of its own test suite)',
};
