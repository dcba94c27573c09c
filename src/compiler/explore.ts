/**
 * Which array for a model on a device: cycles from real schedules, resources from the estimate.
 */
import type { Analysis } from './analyse.ts';
import { type Diagnostic, diagnostic } from './diagnostics.ts';
import type { CalibrationTable } from './quantize/calibration.ts';
import type { IntegerNetwork } from './quantize/network.ts';
import { defaultQuantiseOptions, type AffinePreprocessing } from './quantize/options.ts';
import { quantise } from './quantize/quantise.ts';
import { type Device, devices } from './report/devices.ts';
import { type ResourceCount, resourceNames } from './report/resource-count.ts';
import { describeShortage, fits, nearestFitting, type ResourceName, shortOf } from './report/fit-device.ts';
import { topParameters } from './emit/top-parameters.ts';
import { layerReports } from './report/layers.ts';
import { blockRamShares, estimateParameters, estimateResources } from './report/resources.ts';
import { engineShapes } from './schedule/engine-shape.ts';
import type { EngineShape, Schedule } from './schedule/operation.ts';
import { tryArrays } from './schedule/advise-array.ts';

/** Name of the choice in place of an array: the fastest that fits the device with head-room. */
export const autoArray = 'auto';

/** One accelerator that could be built. */
export interface DesignPoint extends ResourceCount {
  readonly rows: number;
  readonly columns: number;
  readonly lanes: number;
  readonly gradientBits: 8 | 16;
  readonly inference: number;
  readonly explanation: number;
  /** Inference and explanation. */
  readonly cycles: number;
  /** explanation / inference. */
  readonly overhead: number;
  /** Nominal MACs of the inference per DSP block (the requantiser's included) and cycle. */
  readonly macsPerDspCycle: number;
  /** LUT for each multiply-accumulate unit of the array. */
  readonly lutPerMac: number;
  /** What of the block RAM the weights take. */
  readonly weightBram36: number;
  readonly fits: boolean;
  /** No other point that fits is as good in cycles and in every resource. */
  readonly pareto: boolean;
}

/** Shares of a device that `--array auto` fills at most: beyond them routing gets hard. Hard blocks may all be used. */
const headRoom: Readonly<Partial<Record<ResourceName, number>>> = { lut: 0.8, ff: 0.8 };

const measures = (p: DesignPoint) => [p.cycles, p.lut, p.ff, p.dsp, p.bram36];

const dominates = (a: DesignPoint, b: DesignPoint): boolean => {
  const [x, y] = [measures(a), measures(b)];
  return x.every((value, i) => value <= y[i]!) && x.some((value, i) => value < y[i]!);
};

/** Marks the points that no other dominates, among those that fit (among all where none does). */
export function markPareto(points: readonly DesignPoint[]): readonly DesignPoint[] {
  const anyFits = points.some((p) => p.fits);
  const candidates = points.filter((p) => p.fits === anyFits);
  return points.map((p) => ({
    ...p,
    pareto: candidates.includes(p) && !candidates.some((q) => dominates(q, p)),
  }));
}

/** The fastest point that fits the device with head-room, the wider gradient among equals; undefined where none does. */
export function chooseArray(points: readonly DesignPoint[], device: Device): DesignPoint | undefined {
  return points
    .filter((p) => shortOf(p, device.available, headRoom).length === 0)
    .sort((a, b) => a.cycles - b.cycles || b.gradientBits - a.gradientBits || a.lut - b.lut)[0];
}

/** The point that exceeds the device least, by the resource that is shortest. */
export function nearestPoint(points: readonly DesignPoint[], device: Device): DesignPoint | undefined {
  // A device may have none of a resource.
  const excess = (p: DesignPoint) =>
    Math.max(...resourceNames.map((r) => p[r] / Math.max(1, device.available[r])));
  return [...points].sort((a, b) => excess(a) - excess(b))[0];
}

/** Cycles and resources of a scheduled network. */
export function designPoint(
  network: IntegerNetwork,
  plan: Schedule,
  gradientBits: 8 | 16,
  device: Device,
): DesignPoint {
  const { shape, cycles } = plan;
  const macs = layerReports(network, plan).reduce(
    (sum, layer) => sum + (layer.phase === 'inference' ? layer.macs : 0),
    0,
  );
  const parameters = topParameters(plan, device.family);
  const resources = estimateParameters(parameters, device.family);
  return {
    ...shape,
    gradientBits,
    inference: cycles.inference,
    explanation: cycles.explanation,
    cycles: cycles.inference + cycles.explanation,
    overhead: cycles.explanation / cycles.inference,
    macsPerDspCycle: macs / (cycles.inference * resources.dsp),
    lutPerMac: resources.lut / (shape.rows * shape.columns),
    ...resources,
    weightBram36: blockRamShares(parameters, device.family).weights,
    fits: fits(resources, device),
    pareto: false,
  };
}

export interface ExploreOptions {
  readonly preprocessing?: AffinePreprocessing;
  readonly shapes?: readonly EngineShape[];
}

/** A point with its schedule. */
export interface Explored {
  readonly point: DesignPoint;
  readonly schedule: Schedule;
}

const hasGradient = (network: IntegerNetwork) => network.layers.some((l) => l.phase === 'gradient');

/**
 * Every array, and both gradient widths where a gradient is computed at run time, one after the other, so that the
 * caller can stop; CAM508 in place of an array that is too small for the network. Which are Pareto `markPareto` tells once all
 * are there.
 *
 * @throws CompileError as `quantise` and, where no array will do, `scheduleOrAdvise`
 */
export function* explore(
  analysis: Analysis,
  calibration: CalibrationTable,
  device: Device,
  options: ExploreOptions = {},
): Generator<Explored | Diagnostic> {
  const { preprocessing, shapes = [...engineShapes.values()] } = options;
  for (const gradientBits of [16, 8] as const) {
    const network = quantise(analysis.source, calibration, {
      ...defaultQuantiseOptions,
      gradientBits,
      ...(preprocessing ? { preprocessing } : {}),
    });
    for (const tried of tryArrays(network, shapes)) {
      if ('tooSmall' in tried) yield tried.tooSmall;
      else yield { point: designPoint(network, tried.plan, gradientBits, device), schedule: tried.plan };
    }
    if (!hasGradient(network)) return;
  }
}

/**
 * CAM502 where no point fits with head-room: what comes nearest, what it lacks, and which device has room for it.
 *
 * @param known the devices to choose from
 */
export function nothingFits(
  explored: readonly Explored[],
  device: Device,
  known: readonly Device[] = devices,
): Diagnostic[] {
  const points = explored.map(({ point }) => point);
  const nearest = nearestPoint(points, device);
  if (nearest === undefined || chooseArray(points, device) !== undefined) return [];
  const array = `${nearest.rows}x${nearest.columns}`;
  const plan = explored[points.indexOf(nearest)]!.schedule;
  const shares = blockRamShares(topParameters(plan, device.family), device.family);
  const short = describeShortage(nearest, device, shares);
  const message =
    short === ''
      ? `No array fits ${device.part} with head-room; ${array} fits without.`
      : `No array fits ${device.part}. Nearest is ${array}: ${short}.`;
  const larger = nearestFitting((family) => estimateResources(plan, family), device.family, known);
  const hint = larger
    ? `The smallest listed device with room for it is ${larger.part} (${larger.description}).`
    : 'No listed device has room for it: choose a smaller model.';
  return [diagnostic('CAM502', message, hint)];
}

/**
 * The schedule of the array that `--array auto` takes: the fastest that fits with head-room, or where none does the
 * one that exceeds the device least (the report then says what is short).
 *
 * @throws CompileError where the network is too large for every array
 */
export function scheduleForDevice(network: IntegerNetwork, gradientBits: 8 | 16, device: Device): Schedule {
  const plans = [...tryArrays(network, [...engineShapes.values()])].flatMap((tried) =>
    'plan' in tried ? [tried.plan] : [],
  );
  const points = plans.map((plan) => designPoint(network, plan, gradientBits, device));
  const chosen = chooseArray(points, device) ?? nearestPoint(points, device)!;
  return plans[points.indexOf(chosen)]!;
}
