/** `synth`: the real synthesis of a build, beside its estimate and the device. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deviceNamed } from '../compiler/compile.ts';
import { type Diagnostic, diagnostic, fail } from '../compiler/diagnostics.ts';
import { topParameters } from '../compiler/emit/top-parameters.ts';
import type { Device } from '../compiler/report/devices.ts';
import type { ResourceCount } from '../compiler/report/resource-count.ts';
import { fitDiagnostics, fits } from '../compiler/report/fit-device.ts';
import type { Report } from '../compiler/report/report.ts';
import {
  boxedMemories,
  estimateParameters,
  blockRamShares,
  withMemories,
} from '../compiler/report/resources.ts';
import type { Build } from './build-folder.ts';
import { findPlaceAndRoute, type PlaceAndRoute, placeAndRoute } from './place-and-route.ts';
import { embeddedYosysVersion } from './yosys.ts';
import { synthesise, type SynthesisOptions } from './synthesis.ts';

export interface BuildSynthesis {
  readonly part: string;
  /** As in `Yosys 0.55 (embedded)`. */
  readonly tool: string;
  readonly synthesized: ResourceCount;
  readonly estimated: ResourceCount;
  readonly available: ResourceCount;
  /** What of `synthesized` are memories, counted from their shapes. */
  readonly memories: ResourceCount;
  readonly fits: boolean;
  /** The user's assumption, or what the placed and routed design keeps. */
  readonly clock: { readonly MHz: number; readonly source: 'assumed' | 'place and route' };
  /** With `pnr`, where the design fits. */
  readonly placeAndRoute?: PlaceAndRoute;
  readonly macsPerDspCycle: number;
  readonly lutPerMac: number;
  readonly seconds: number;
  readonly cached: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export interface BuildSynthesisOptions extends SynthesisOptions {
  /** Places and routes as well (ECP5). */
  readonly pnr?: boolean;
}

/** The engine's Verilog and memory images as they lie in the build, and its report. */
async function buildFilesOf(build: Build): Promise<{
  rtl: ReadonlyMap<string, string>;
  images: ReadonlyMap<string, string>;
  report: Report;
}> {
  const paths = Object.keys(build.manifest.files).filter((path) => /^rtl\/[^/]+\.(v|hex)$/.test(path));
  try {
    const texts = await Promise.all(
      paths.map(async (path) => [path.slice(4), await readFile(join(build.folder, path), 'utf8')] as const),
    );
    const report = JSON.parse(await readFile(join(build.folder, 'report.json'), 'utf8')) as Report;
    const ending = (wanted: string) => new Map(texts.filter(([name]) => name.endsWith(wanted)));
    return { rtl: ending('.v'), images: ending('.hex'), report };
  } catch (error) {
    const what = `${build.folder}: a file of the build cannot be read (${(error as Error).message}).`;
    return fail('CAM603', what, 'Compile the model again with `camber compile`.');
  }
}

/**
 * Synthesises a build for a device.
 *
 * @param part by name; the device it was compiled for where absent
 * @param known devices to find it among
 * @throws CompileError CAM503 (also for a device that cannot be placed and routed), CAM601, CAM602, CAM603,
 *   CAM606
 */
export async function synthBuild(
  build: Build,
  part: string | undefined,
  known: readonly Device[],
  options: BuildSynthesisOptions = {},
): Promise<BuildSynthesis> {
  const { rtl, images, report } = await buildFilesOf(build);
  const device = deviceNamed(part ?? report.device.part, known);
  const { family } = device;
  const nextpnr = options.pnr ? await findPlaceAndRoute(device, options.signal) : undefined;
  const parameters = topParameters(build.schedule, family);
  const result = await synthesise(rtl, parameters, family, options);
  const synthesized = withMemories(result.engine, parameters, family);
  const { macsPerCycle } = report.array;
  const diagnostics = fitDiagnostics(
    (f) => (f === family ? synthesized : estimateParameters(topParameters(build.schedule, f), f)),
    device,
    blockRamShares(parameters, family),
  );
  if (!result.comparable) {
    const message = `${result.tool} made these figures; the estimate was fitted with Yosys ${embeddedYosysVersion}.`;
    diagnostics.push(diagnostic('CAM608', message, 'Leave out --native to compare like with like.'));
  }
  if (build.changed.some((path) => path.endsWith('.v'))) {
    const message = `The Verilog of ${build.folder} was changed since it was compiled.`;
    diagnostics.push(diagnostic('CAM608', message, 'The estimate does not know of the changes.'));
  }
  const doesFit = fits(synthesized, device);
  const placed =
    nextpnr && doesFit
      ? await placeAndRoute(nextpnr, {
          files: Object.fromEntries([...rtl, ...images]),
          top: 'camber_top',
          parameters,
          device,
          clockMHz: report.device.clockMHz,
          signal: options.signal,
          onProgress: options.onProgress,
        })
      : undefined;
  return {
    part: device.part,
    tool: result.tool,
    synthesized,
    estimated: estimateParameters(parameters, family),
    available: device.available,
    memories: boxedMemories(parameters, family),
    fits: doesFit,
    clock: placed
      ? { MHz: placed.achievedMHz, source: 'place and route' }
      : { MHz: report.device.clockMHz, source: 'assumed' },
    ...(placed ? { placeAndRoute: placed } : {}),
    macsPerDspCycle: report.model.macs / (report.cycles.inference * synthesized.dsp),
    lutPerMac: synthesized.lut / macsPerCycle,
    seconds: result.seconds,
    cached: result.cached,
    diagnostics,
  };
}
