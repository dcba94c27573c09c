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
import { boxedMemories, estimateParameters, withMemories } from '../compiler/report/resources.ts';
import type { Build } from './build-folder.ts';
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
  /** The user's assumption: no place and route has been done. */
  readonly clock: { readonly MHz: number; readonly source: 'assumed' };
  readonly macsPerDspCycle: number;
  readonly lutPerMac: number;
  readonly seconds: number;
  readonly cached: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** The engine's Verilog as it lies in the build, and its report. */
async function buildFilesOf(build: Build): Promise<{ rtl: ReadonlyMap<string, string>; report: Report }> {
  const paths = Object.keys(build.manifest.files).filter((path) => /^rtl\/[^/]+\.v$/.test(path));
  try {
    const rtl = await Promise.all(
      paths.map(async (path) => [path.slice(4), await readFile(join(build.folder, path), 'utf8')] as const),
    );
    const report = JSON.parse(await readFile(join(build.folder, 'report.json'), 'utf8')) as Report;
    return { rtl: new Map(rtl), report };
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
 * @throws CompileError CAM503, CAM601, CAM602, CAM603, CAM606
 */
export async function synthBuild(
  build: Build,
  part: string | undefined,
  known: readonly Device[],
  options: SynthesisOptions = {},
): Promise<BuildSynthesis> {
  const { rtl, report } = await buildFilesOf(build);
  const device = deviceNamed(part ?? report.device.part, known);
  const { family } = device;
  const parameters = topParameters(build.schedule, family);
  const result = await synthesise(rtl, parameters, family, options);
  const synthesized = withMemories(result.engine, parameters, family);
  const { macsPerCycle } = report.array;
  const diagnostics = fitDiagnostics(
    (f) => (f === family ? synthesized : estimateParameters(topParameters(build.schedule, f), f)),
    device,
  );
  if (!result.comparable) {
    const message = `${result.tool} made these figures; the estimate was fitted with Yosys ${embeddedYosysVersion}.`;
    diagnostics.push(diagnostic('CAM608', message, 'Leave out --native to compare like with like.'));
  }
  if (build.changed.some((path) => path.endsWith('.v'))) {
    const message = `The Verilog of ${build.folder} was changed since it was compiled.`;
    diagnostics.push(diagnostic('CAM608', message, 'The estimate does not know of the changes.'));
  }
  return {
    part: device.part,
    tool: result.tool,
    synthesized,
    estimated: estimateParameters(parameters, family),
    available: device.available,
    memories: boxedMemories(parameters, family),
    fits: fits(synthesized, device),
    clock: { MHz: report.device.clockMHz, source: 'assumed' },
    macsPerDspCycle: report.model.macs / (report.cycles.inference * synthesized.dsp),
    lutPerMac: synthesized.lut / macsPerCycle,
    seconds: result.seconds,
    cached: result.cached,
    diagnostics,
  };
}
