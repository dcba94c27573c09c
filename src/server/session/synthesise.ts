/** Synthesis of what is compiled in the editor, or of a build on disk. */
import type { Compilation } from '../../compiler/compile.ts';
import { topParameters } from '../../compiler/emit/top-parameters.ts';
import { devices } from '../../compiler/report/devices.ts';
import { fits } from '../../compiler/report/fit-device.ts';
import { estimateParameters, withMemories } from '../../compiler/report/resources.ts';
import type { ResourceCount, SynthesisView } from '../../protocol/views.ts';
import { readBuild, shippedRtl } from '../../toolchain/build-folder.ts';
import { synthBuild } from '../../toolchain/synth-build.ts';
import { keptSynthesis, synthesise, type SynthesisOptions } from '../../toolchain/synthesis.ts';
import type { JobContext } from '../jobs/messages.ts';
import { telling } from '../jobs/telling.ts';

/** What is being synthesised and the stage that it has reached, before the name of Yosys' pass. */
const reached = /^([^,]+),\s*(?:(\d+)\/(\d+):)?/;

function stageOf(message: string): string {
  const [, part = message, stage, stages] = reached.exec(message) ?? [];
  return stage === undefined ? `Yosys reads the ${part}` : `Yosys: ${part}, stage ${stage} of ${stages}`;
}

/** Yosys tells its passes, not its share of the work: the bar fills more and more slowly. */
function watched(context: JobContext): SynthesisOptions {
  const tell = telling(context);
  let passes = 0;
  return {
    signal: context.signal,
    onProgress: (pass) => tell(stageOf(pass), 1 - 1 / (1 + ++passes / 20)),
  };
}

/** Synthesises the engine of a compilation for its device. @throws CompileError CAM601, CAM602, CAM606 */
export async function synthesiseCompilation(
  { schedule, device }: Compilation,
  context: JobContext,
): Promise<SynthesisView> {
  const parameters = topParameters(schedule, device.family);
  const { rtl } = await shippedRtl();
  const { engine, tool, seconds } = await synthesise(rtl, parameters, device.family, watched(context));
  const synthesized = withMemories(engine, parameters, device.family);
  return {
    part: device.part,
    tool,
    synthesized,
    estimated: estimateParameters(parameters, device.family),
    available: device.available,
    fits: fits(synthesized, device),
    seconds,
  };
}

/** @throws CompileError CAM503, CAM601, CAM602, CAM603, CAM606 */
export async function synthesiseBuild(folder: string, context: JobContext): Promise<SynthesisView> {
  const result = await synthBuild(await readBuild(folder), undefined, devices, watched(context));
  const { part, tool, synthesized, estimated, available, fits: fit, seconds } = result;
  return { part, tool, synthesized, estimated, available, fits: fit, seconds };
}

/** Figures of an earlier synthesis of the same engine, of whatever model; undefined where there was none. */
export async function synthesisOf({ schedule, device }: Compilation): Promise<ResourceCount | undefined> {
  const parameters = topParameters(schedule, device.family);
  const { rtl } = await shippedRtl();
  const kept = await keptSynthesis(rtl, parameters, device.family);
  return kept && withMemories(kept.engine, parameters, device.family);
}
