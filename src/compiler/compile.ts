/**
 * Second half of the pipeline: from an analysis and a calibration table to the schedule and its report.
 *
 * quantise -> schedule -> check. Pure and synchronous: the caller measures the calibration table
 * (`src/engine/compile-model.ts`) and decides where the work runs.
 */
import type { Analysis } from './analyse.ts';
import { CompileError, type Diagnostic, fail } from './diagnostics.ts';
import { autoArray, scheduleForDevice } from './explore.ts';
import { graphParameters } from './graph/macs.ts';
import type { PlainSchedules } from './plain-schedules.ts';
import type { CalibrationTable } from './quantize/calibration.ts';
import { checkCalibration } from './quantize/calibration-check.ts';
import type { IntegerNetwork } from './quantize/network.ts';
import {
  defaultQuantiseOptions,
  type AffinePreprocessing,
  type QuantiseOptions,
} from './quantize/options.ts';
import { quantise } from './quantize/quantise.ts';
import { defaultPart, devices, findDevice, nearDevices, type Device } from './report/devices.ts';
import { buildReport, type Report } from './report/report.ts';
import { checkSchedule } from './schedule/check.ts';
import { defaultArray, engineShape } from './schedule/engine-shape.ts';
import type { Schedule } from './schedule/operation.ts';
import { scheduleOrAdvise } from './schedule/advise-array.ts';
import { schedule } from './schedule/schedule.ts';

export interface CompileOptions {
  /** Name of the model in the report and of its files. */
  readonly name: string;
  /** FPGA part or board by name (default xczu3eg), or a device of the user's own. */
  readonly device?: string | Device;
  readonly clockMHz?: number;
  /** ROWSxCOLUMNS, or auto: the fastest that fits the device with head-room. */
  readonly array?: string;
  readonly gradientBits?: 8 | 16;
  /** How activations are quantised; what is absent has its default. */
  readonly quantisation?: Partial<Pick<QuantiseOptions, 'rangeMethod' | 'wideActivations'>>;
  /** Keeps schedules without explanation between compilations of one model with one calibration. */
  readonly plain?: PlainSchedules;
  /** How uint8 pixels become the network's input; absent: the host hands over int8 values. */
  readonly preprocessing?: AffinePreprocessing;
}

export const defaultClockMHz = 100;

export interface Compilation {
  readonly analysis: Analysis;
  readonly network: IntegerNetwork;
  readonly schedule: Schedule;
  readonly device: Device;
  readonly report: Report;
  readonly diagnostics: readonly Diagnostic[];
}

/** The stages in order, for progress. */
export const compileStages = ['Quantising', 'Scheduling', 'Checking the schedule'] as const;

/**
 * Compiles an analysed model for an array.
 *
 * @param onStage called before each stage; may throw to cancel
 * @throws CompileError CAM303, CAM402, CAM403, CAM406, CAM501, CAM503, CAM504, CAM505
 */
export function compile(
  analysis: Analysis,
  calibration: CalibrationTable,
  options: CompileOptions,
  onStage: (stage: (typeof compileStages)[number]) => void = () => {},
): Compilation {
  const wanted = options.device ?? defaultPart;
  const device = typeof wanted === 'string' ? deviceNamed(wanted) : wanted;
  const array = options.array ?? defaultArray;
  const shape = array === autoArray ? undefined : engineShape(array);
  const gradientBits = options.gradientBits ?? defaultQuantiseOptions.gradientBits;
  onStage('Quantising');
  const quantisation: QuantiseOptions = {
    ...defaultQuantiseOptions,
    ...options.quantisation,
    gradientBits,
    ...(options.preprocessing ? { preprocessing: options.preprocessing } : {}),
  };
  const network = quantise(analysis.source, calibration, quantisation);
  onStage('Scheduling');
  const planned = shape ? scheduleOrAdvise(network, shape) : scheduleForDevice(network, gradientBits, device);
  onStage('Checking the schedule');
  const problems = checkSchedule(planned);
  if (problems.length > 0) throw new CompileError(problems);
  const { explanation, ...inference } = analysis.source;
  // Without gradients their width plays no part.
  const plainOptions = { ...quantisation, gradientBits: defaultQuantiseOptions.gradientBits };
  const scheduleInference = () => schedule(quantise(inference, calibration, plainOptions), planned.shape);
  const plain =
    explanation &&
    (options.plain?.get(analysis, plainOptions, planned.shape, scheduleInference) ?? scheduleInference());
  const report = buildReport({
    model: {
      name: options.name,
      opset: analysis.original.opset,
      parameters: graphParameters(analysis.original),
    },
    network,
    schedule: planned,
    ...(plain ? { plain } : {}),
    device,
    clockMHz: options.clockMHz ?? defaultClockMHz,
    diagnostics: [
      ...analysis.diagnostics,
      ...checkCalibration(calibration, analysis.source.graph.inputs[0]!.name),
    ],
  });
  return { analysis, network, schedule: planned, device, report, diagnostics: report.diagnostics };
}

const ownDevices = 'Other devices can be described in a JSON file (--devices).';

/**
 * The device of that name.
 *
 * @param known the devices to choose from; the listed ones where absent
 * @throws CompileError CAM503 with the nearest names, or all where none is near
 */
export function deviceNamed(name: string, known: readonly Device[] = devices): Device {
  const device = findDevice(name, known);
  if (device) return device;
  const near = nearDevices(name, known).map((d) => `${d.part} (${d.description})`);
  const names =
    near.length > 0
      ? `Did you mean ${near.join(', ')}?`
      : `Known are ${known.map((d) => d.part).join(', ')}, and boards that carry them.`;
  return fail('CAM503', `Device ${name} is not known.`, `${names} ${ownDevices}`);
}
