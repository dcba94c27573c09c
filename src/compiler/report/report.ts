import type { Diagnostic } from '../diagnostics.ts';
import { topParameters } from '../emit/top-parameters.ts';
import type { IntegerNetwork } from '../quantize/network.ts';
import type { Schedule } from '../schedule/operation.ts';
import type { Device } from './devices.ts';
import { type ResourceCount, subtract } from './resource-count.ts';
import { targetComputedAgain } from './computed-again.ts';
import { fitDiagnostics, fits } from './fit-device.ts';
import type { FidelityReport } from './fidelity.ts';
import { type LayerReport, layerReports } from './layers.ts';
import { type EstimateSource, estimateSource } from './fit.ts';
import { estimateResources, blockRamShares } from './resources.ts';

/** `report.json`: stable; `schemaVersion` grows when a field changes its meaning. */
export interface Report {
  readonly schemaVersion: 1;
  readonly model: {
    readonly name: string;
    readonly opset: number;
    readonly parameters: number;
    readonly macs: number;
  };
  /** Absent with --no-explanation. */
  readonly target?: {
    readonly tensor: string;
    readonly channels: number;
    readonly height: number;
    readonly width: number;
    readonly gradient: 'constant' | 'masked' | 'general';
  };
  readonly numerics: {
    readonly weightBits: 8;
    readonly activationBits: 8;
    /** Activations kept in 16 bits by choice, by tensor. */
    readonly wideActivations: readonly string[];
    /** Width of the widest gradient; absent where no gradient is computed at run time. */
    readonly gradientBits?: 8 | 16;
    /** Bits the widest accumulator needs in the worst case. */
    readonly accumulatorBits: number;
    readonly input: 'uint8' | 'int8';
  };
  readonly array: {
    readonly rows: number;
    readonly columns: number;
    readonly lanes: number;
    readonly macsPerCycle: number;
    readonly weightPortBytesPerCycle: number;
  };
  readonly device: { readonly part: string; readonly clockMHz: number };
  readonly cycles: {
    readonly inference: number;
    readonly explanation: number;
    /** Static figures assume streams that never pause. */
    readonly stall: 0;
    readonly total: number;
    /** explanation / inference. */
    readonly overhead: number;
  };
  readonly utilization: { readonly inference: number };
  readonly layers: readonly LayerReport[];
  readonly resources: {
    readonly estimated: ResourceCount;
    /** What of it is there for the explanation alone: less is taken by the same network compiled without. */
    readonly explanation?: ResourceCount;
    /** Where LUT and FF come from. */
    readonly fit: EstimateSource;
    readonly synthesized?: ResourceCount;
    readonly available: ResourceCount;
    readonly fits: boolean;
  };
  readonly memory: {
    readonly weightsBytes: number;
    /** Those of them that hold weights a second time, in a form for the backward pass: 0 on square arrays without depthwise kernels. */
    readonly weightsCopyBytes: number;
    readonly activationBytes: number;
    readonly maskBytes: number;
    readonly weightsOnChip: true;
  };
  /** Agreement of the fixed-point network with the float network on calibration pictures; absent where it was not measured. */
  readonly fidelity?: FidelityReport;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ReportInput {
  readonly model: { readonly name: string; readonly opset: number; readonly parameters: number };
  readonly network: IntegerNetwork;
  readonly schedule: Schedule;
  readonly device: Device;
  readonly clockMHz: number;
  readonly diagnostics: readonly Diagnostic[];
  /** The same network and array without its explanation. */
  readonly plain?: Schedule;
}

function targetOf(network: IntegerNetwork): Report['target'] {
  if (!network.explanation) return undefined;
  const { target, gradient, activation } = network.explanation;
  const tensor = network.tensors.get(activation)!;
  const { channels, height, width } = tensor;
  return { tensor: target, channels, height, width, gradient };
}

/** Activations of more than one pixel with 16 bits: pooled vectors have them anyway. */
export function wideTensors(network: IntegerNetwork): readonly string[] {
  return network.layers
    .filter(({ phase }) => phase === 'inference')
    .map(({ output }) => network.tensors.get(output.tensor)!)
    .filter(({ bits, height, width }) => bits === 16 && height * width > 1)
    .map(({ name }) => name);
}

function numericsOf(network: IntegerNetwork): Report['numerics'] {
  const gradients = network.layers
    .filter(({ phase }) => phase === 'gradient')
    .map(({ output }) => network.tensors.get(output.tensor)!.bits);
  const gradientBits = gradients.includes(16) ? 16 : gradients.includes(8) ? 8 : undefined;
  return {
    weightBits: 8,
    activationBits: 8,
    wideActivations: wideTensors(network),
    ...(gradientBits === undefined ? {} : { gradientBits }),
    accumulatorBits: Math.max(...network.layers.map(({ accumulatorBits }) => accumulatorBits)),
    input: network.input.format,
  };
}

/** Weight words that hold weights a second time. */
function copiedWeights({ placements }: Schedule): number {
  return placements.reduce((sum, { copyOf, words }) => sum + (copyOf === undefined ? 0 : words), 0);
}

/** Builds the report from the schedule; no figure in it is computed from anything else. */
export function buildReport(input: ReportInput): Report {
  const { model, network, schedule, device, clockMHz } = input;
  const { shape, cycles, depths } = schedule;
  const macsPerCycle = shape.rows * shape.columns;
  const layers = layerReports(network, schedule);
  const macs = layers.reduce((sum, layer) => sum + (layer.phase === 'inference' ? layer.macs : 0), 0);
  const estimated = estimateResources(schedule, device.family);
  const target = targetOf(network);
  return {
    schemaVersion: 1,
    model: { ...model, macs },
    ...(target ? { target } : {}),
    numerics: numericsOf(network),
    array: { ...shape, macsPerCycle, weightPortBytesPerCycle: macsPerCycle },
    device: { part: device.part, clockMHz },
    cycles: {
      inference: cycles.inference,
      explanation: cycles.explanation,
      stall: 0,
      total: cycles.inference + cycles.explanation,
      overhead: cycles.explanation / cycles.inference,
    },
    utilization: { inference: macs / (cycles.inference * macsPerCycle) },
    layers,
    resources: {
      estimated,
      ...(input.plain
        ? { explanation: subtract(estimated, estimateResources(input.plain, device.family)) }
        : {}),
      fit: estimateSource(device.family),
      available: device.available,
      fits: fits(estimated, device),
    },
    memory: {
      weightsBytes: depths.weights * macsPerCycle,
      weightsCopyBytes: copiedWeights(schedule) * macsPerCycle,
      activationBytes: depths.activation * shape.rows,
      maskBytes: (depths.mask * shape.columns) / 8,
      weightsOnChip: true,
    },
    diagnostics: [
      ...input.diagnostics,
      ...targetComputedAgain(network, layers, cycles.explanation),
      ...fitDiagnostics(
        (family) => estimateResources(schedule, family),
        device,
        blockRamShares(topParameters(schedule, device.family), device.family),
      ),
    ],
  };
}
