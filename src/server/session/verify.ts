/** Verification of a build folder, with the pictures that come with Camber. */
import { delimiter, dirname } from 'node:path';
import { loadImage } from '../../engine/images/load.ts';
import { streamBytes } from '../../engine/fixed-input.ts';
import type { VerifyView } from '../../protocol/views.ts';
import { samplePictures } from '../../toolchain/assets.ts';
import { readBuild } from '../../toolchain/build-folder.ts';
import { readInput } from '../../toolchain/files.ts';
import { simulatorNames, type SimulatorName } from '../../toolchain/simulators.ts';
import { describeMismatch, verify, type NamedMismatch } from '../../toolchain/verify.ts';
import type { JobContext, JobParams, ToolPaths } from '../jobs/messages.ts';
import { telling } from '../jobs/telling.ts';

/** The folders of the tools that the settings name come first on the search path of this worker. */
function preferTools(tools: ToolPaths): void {
  const folders = Object.values(tools)
    .filter((path) => path !== '')
    .map((path) => dirname(path));
  process.env['PATH'] = [...folders, process.env['PATH'] ?? ''].join(delimiter);
}

const describe = (m: NamedMismatch): string =>
  `picture ${m.run}, ${m.layer ?? `operation ${m.operation}`}: ${describeMismatch(m)}`;

export async function verifyBuild(
  { folder, tools, simulator, trace }: JobParams<'verify'>,
  context: JobContext,
): Promise<VerifyView> {
  const { progress, signal } = context;
  const tell = telling(context);
  preferTools(tools);
  progress('Reading the build', 0.05);
  const build = await readBuild(folder);
  const { inputShape, preprocessing } = build.manifest;
  const input = { name: 'input', dtype: 'float32', shape: inputShape } as const;
  const pictures = samplePictures();
  const images = await Promise.all(
    (trace === undefined ? pictures : pictures.slice(trace.picture, trace.picture + 1)).map(async (file) =>
      streamBytes(build.network, loadImage(await readInput(file), file, input, preprocessing)),
    ),
  );
  let steps = 0.05;
  const result = await verify(build, {
    images,
    // `auto`, or a name that is none of them: whatever is there.
    ...(simulatorNames.some((name) => name === simulator) ? { simulator: simulator as SimulatorName } : {}),
    signal,
    ...(trace === undefined ? {} : { simulator: 'embedded', trace: trace.file, traceFrom: trace.cycle }),
    onProgress: (stage) => tell(stage, Math.min(0.95, (steps += 1 / (images.length + 4)))),
  });
  const [first] = result.mismatches;
  const cycle = first && (build.schedule.operations[first.operation]?.start ?? 0);
  return {
    passed: result.passed,
    simulator: result.simulator,
    valuesCompared: result.valuesCompared,
    cycles: result.cycles,
    expected: result.expected,
    mismatches: result.mismatches.slice(0, 10).map(describe),
    ...(cycle === undefined ? {} : { differs: { picture: first!.run, cycle } }),
    seconds: result.seconds,
  };
}
