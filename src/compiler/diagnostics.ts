/**
 * Diagnostics: the only form in which the compiler reports a problem.
 *
 * Every code is defined once, here, with its severity and what the user can do. A message says what is wrong
 * and where (node and tensor, by their ONNX names); `hint` says what to do about it.
 */

export type Severity = 'error' | 'warning' | 'information';

/** All diagnostic codes. A code never changes its meaning; new problems get new codes. */
const diagnosticCodes = {
  // 1xx: reading the model
  CAM101: { title: 'Not an ONNX model', severity: 'error' },
  CAM102: { title: 'Truncated or damaged model', severity: 'error' },
  CAM103: { title: 'Unsupported opset or IR version', severity: 'error' },
  CAM104: { title: 'Broken graph', severity: 'error' },
  CAM105: { title: 'External data missing or outside the model folder', severity: 'error' },
  CAM106: { title: 'Dynamic or absurd shape', severity: 'error' },
  CAM107: { title: 'No image input', severity: 'error' },
  CAM108: { title: 'Invalid weights', severity: 'error' },
  CAM109: { title: 'Shape inference failed', severity: 'error' },
  CAM110: { title: 'Model too large', severity: 'error' },
  // 2xx: operators, targets, scores, classes
  CAM201: { title: 'Unsupported operator', severity: 'error' },
  CAM202: { title: 'No gradient rule', severity: 'error' },
  CAM203: { title: 'Unknown target layer', severity: 'error' },
  CAM204: { title: 'No class scores found', severity: 'error' },
  CAM205: { title: 'Class out of range', severity: 'error' },
  CAM206: { title: 'No activation to explain', severity: 'error' },
  CAM207: { title: 'Mean not pushable', severity: 'information' },
  CAM208: { title: 'Unknown method', severity: 'error' },
  // 3xx: images and preprocessing
  CAM301: { title: 'Unreadable image', severity: 'error' },
  CAM302: { title: 'Image does not fit the model input', severity: 'error' },
  CAM303: { title: 'Invalid preprocessing', severity: 'error' },
  CAM304: { title: 'Preprocessing assumed', severity: 'information' },
  // 4xx: quantisation
  CAM401: { title: 'No calibration pictures', severity: 'warning' },
  CAM402: { title: 'Layer cannot be quantised', severity: 'error' },
  CAM403: { title: 'Accumulator overflow possible', severity: 'error' },
  CAM404: { title: 'Poor calibration set', severity: 'warning' },
  CAM405: { title: 'Poor fidelity', severity: 'warning' },
  CAM406: { title: 'No 16-bit activation possible', severity: 'error' },
  CAM407: { title: 'Activation not finite', severity: 'error' },
  CAM408: { title: 'Not equalised', severity: 'information' },
  // 5xx: hardware
  CAM501: { title: 'No hardware mapping', severity: 'error' },
  CAM502: { title: 'Does not fit the device', severity: 'warning' },
  CAM503: { title: 'Unknown device', severity: 'error' },
  CAM504: { title: 'Unsupported array shape', severity: 'error' },
  CAM505: { title: 'Schedule check failed', severity: 'error' },
  CAM506: { title: 'Broken device file', severity: 'error' },
  CAM507: { title: 'Target computed twice', severity: 'information' },
  CAM508: { title: 'Array too small', severity: 'information' },
  // 6xx: tools and files
  CAM601: { title: 'Tool not found', severity: 'error' },
  CAM602: { title: 'Tool failed', severity: 'error' },
  CAM603: { title: 'Build folder damaged or changed', severity: 'error' },
  CAM604: { title: 'Cannot read file', severity: 'error' },
  CAM605: { title: 'Cannot write file', severity: 'error' },
  CAM606: { title: 'Cancelled', severity: 'information' },
  CAM607: { title: 'Verification failed', severity: 'error' },
  CAM608: { title: 'Not comparable with the estimate', severity: 'warning' },
  CAM609: { title: 'Not simulated', severity: 'error' },
  CAM610: { title: 'Reset after the end', severity: 'error' },
  CAM611: { title: 'Waveform format not offered', severity: 'error' },
  CAM612: { title: 'Files changed since compilation', severity: 'warning' },
} as const satisfies Record<string, { title: string; severity: Severity }>;

export type DiagnosticCode = keyof typeof diagnosticCodes;

export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** What is wrong and where, one sentence. */
  readonly message: string;
  /** What to do about it, one sentence. */
  readonly hint: string;
  /** ONNX node name, when the problem has one. */
  readonly node?: string;
  /** ONNX tensor name, when the problem has one. */
  readonly tensor?: string;
}

/** Makes a diagnostic with the severity its code prescribes. */
export function diagnostic(
  code: DiagnosticCode,
  message: string,
  hint: string,
  where: { node?: string; tensor?: string } = {},
): Diagnostic {
  return { code, severity: diagnosticCodes[code].severity, message, hint, ...where };
}

/** Thrown when a pass cannot go on. Carries every diagnostic found, never only the first where all can be known. */
export class CompileError extends Error {
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => `${d.code}: ${d.message}`).join('\n'));
    this.name = 'CompileError';
  }
}

/** Throws a CompileError with one diagnostic. */
export function fail(...args: Parameters<typeof diagnostic>): never {
  throw new CompileError([diagnostic(...args)]);
}

/** One diagnostic as the CLI prints it: `error CAM203: message (node N). Hint.` */
export function formatDiagnostic(d: Diagnostic): string {
  const where = d.node ? ` [node ${d.node}]` : d.tensor ? ` [tensor ${d.tensor}]` : '';
  return `${d.severity} ${d.code}: ${d.message}${where}\n  ${d.hint}`;
}
