/**
 * Second half of the pipeline: from an analysis and a calibration table to the schedule and its report.
 *
 * quantise -> schedule -> check. Pure and synchronous: the caller measures the calibration table
 * (`src/engine/compile-model.ts`) and decides where the work runs.
 */
import type { Analysis } from './analyse.ts';
import { CompileError, type Diagnostic, fail } from './diagnostics.ts';
import { graphParameters } from './graph/macs.ts';
import type { CalibrationTable } from './quantize/calibration.ts';
import type { IntegerNetwork } from './quantize/network.ts';
import { defaultQuantiseOptions, type AffinePreprocessing } from './quantize/options.ts';
import { quantise } from './quantize/quantise.ts';
import { defaultPart, devices, findDevice, type Device } from './report/devices.ts';
import { buildReport, type Report } from './report/report.ts';
import { checkSchedule } from './schedule/check.ts';
import { defaultArray, engineShape } from './schedule/engine-shape.ts';
import type { Schedule } from './schedule/operation.ts';
import { schedule } from './schedule/schedule.ts';

export interface CompileOptions {
  /** Name of the model in the report and of its files. */
  readonly name: string;
  /** FPGA part (default xczu3eg). */
  readonly device?: string;
  readonly clockMHz?: number;
  /** ROWSxCOLUMNS. */
  readonly array?: string;
  readonly gradientBits?: 8 | 16;
  /** How uint8 pixels become the network's input; absent: the host hands over int8 values. */
  readonly preprocessing?: AffinePreprocessing;
}

export const defaultClockMHz = 100;

export interface Compilation {
  readonly analysis: Analysis;
  readonly network: IntegerNetwork;
  readonly schedule: Schedule;
  readonly report: Report;
  readonly diagnostics: readonly Diagnostic[];
}

/** The stages in order, for progress. */
export const compileStages = ['Quantising', 'Scheduling', 'Checking the schedule'] as const;

/**
 * Compiles an analysed model for an array.
 *
 * @param onStage called before each stage; may throw to cancel
 * @throws CompileError CAM303, CAM402, CAM403, CAM501, CAM503, CAM504, CAM505
 */
export function compile(
  analysis: Analysis,
  calibration: CalibrationTable,
  options: CompileOptions,
  onStage: (stage: (typeof compileStages)[number]) => void = () => {},
): Compilation {
  const device = deviceOf(options.device ?? defaultPart);
  const shape = engineShape(options.array ?? defaultArray);
  onStage('Quantising');
  const network = quantise(analysis.source, calibration, {
    ...defaultQuantiseOptions,
    gradientBits: options.gradientBits ?? defaultQuantiseOptions.gradientBits,
    ...(options.preprocessing ? { preprocessing: options.preprocessing } : {}),
  });
  onStage('Scheduling');
  const planned = schedule(network, shape);
  onStage('Checking the schedule');
  const problems = checkSchedule(planned);
  if (problems.length > 0) throw new CompileError(problems);
  const report = buildReport({
    model: {
      name: options.name,
      opset: analysis.original.opset,
      parameters: graphParameters(analysis.original),
    },
    network,
    schedule: planned,
    device,
    clockMHz: options.clockMHz ?? defaultClockMHz,
    diagnostics: analysis.diagnostics,
  });
  return { analysis, network, schedule: planned, report, diagnostics: report.diagnostics };
}

function deviceOf(part: string): Device {
  const device = findDevice(part);
  if (device) return device;
  const known = devices.map((d) => d.part).join(', ');
  return fail('CAM503', `Device ${part} is not known.`, `Choose one of ${known}.`);
}
