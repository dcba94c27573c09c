import type { ClassChoice } from '../../compiler/class-choice.ts';
import type { Command } from 'commander';
import { loadImage } from '../../engine/images/load.ts';
import { streamBytes } from '../../engine/fixed-input.ts';
import { samplePictures } from '../../toolchain/assets.ts';
import { readBuild } from '../../toolchain/build-folder.ts';
import { readInput } from '../../toolchain/files.ts';
import { simulatorNames, type SimulatorName } from '../../toolchain/simulators.ts';
import { describeMismatch, verify as verifyBuild, type Verification } from '../../toolchain/verify.ts';
import type { CliCommand, Outcome } from '../command.ts';
import { oneOf, parseClasses, parsePositive } from '../options.ts';
import { grouped } from '../table.ts';

interface VerifyCliOptions {
  readonly image?: readonly string[];
  readonly class?: readonly ClassChoice[];
  readonly simulator?: SimulatorName;
  readonly pauses?: number;
  readonly reset?: number;
  readonly trace?: string;
}

function configure(parser: Command): void {
  parser
    .option('--image <files...>', 'pictures to run, one after the other (default: the bundled ones)')
    .option(
      '--class <classes>',
      'argmax or the index of a class, or several (3,argmax,7): pictures and classes are taken in turn, as many runs without reset as the longer list has (default: as compiled)',
      parseClasses,
    )
    .option(
      '--simulator <name>',
      `${simulatorNames.join(', ')} (default: verilator where it is installed, else embedded)`,
      oneOf(simulatorNames),
    )
    .option('--pauses <seed>', 'random pauses on every stream', parsePositive)
    .option(
      '--reset <cycles>',
      'a reset in mid-flight, so many cycles after the first beat; the run is then repeated',
      parsePositive,
    )
    .option(
      '--trace <file>',
      'writes waveforms: FST where the name ends in .fst, else VCD (the embedded simulator: VCD of ports, registers and the observed nets)',
    );
}

export const verify: CliCommand = {
  name: 'verify',
  description: 'runs the RTL of a build and compares it bit for bit and cycle for cycle',
  positional: '<folder>',
  schemaVersion: 1,
  configure,
  run: async (folder: string, options: VerifyCliOptions, context): Promise<Outcome> => {
    const build = await readBuild(folder);
    const { inputShape, preprocessing } = build.manifest;
    const input = { name: 'input', dtype: 'float32', shape: inputShape } as const;
    const images: (Uint8Array | Int8Array)[] = [];
    for (const file of options.image ?? samplePictures()) {
      const image = loadImage(await readInput(file), file, input, preprocessing);
      images.push(streamBytes(build.network, image));
    }
    const result = await verifyBuild(build, {
      images,
      ...(options.simulator === undefined ? {} : { simulator: options.simulator }),
      ...(options.class === undefined ? {} : { classes: options.class }),
      pauses: options.pauses,
      resetAfter: options.reset,
      trace: options.trace,
      signal: context.signal,
      onProgress: context.progress,
    });
    const { diagnostics, ...json } = result;
    return { json: { ...json }, text: describe(result), diagnostics, failed: !result.passed };
  },
};

function describe(v: Verification): string {
  const total = (c: Verification['cycles']) => grouped(c.inference + c.explanation);
  const pictures = `${v.images} ${v.images === 1 ? 'picture' : 'pictures'}`;
  const cycles = `${total(v.cycles)} of ${total(v.expected)} cycles (inference ${grouped(v.cycles.inference)}, explanation ${grouped(v.cycles.explanation)})`;
  const classes = v.runs.map((r) => (r.class === 'argmax' ? `${r.classUsed} (argmax)` : r.class)).join(', ');
  const time = `${v.simulator}, ${pictures}, ${v.runs.length === 0 ? 'no run ended' : `${v.runs.length === 1 ? 'class' : 'classes'} ${classes}`}, ${v.seconds.toFixed(1)} s`;
  if (v.passed) return `${grouped(v.valuesCompared)} values equal, ${cycles}\n${time}`;
  const rows = v.mismatches
    .slice(0, 10)
    .map((m) => `  run ${m.run}, ${m.layer ?? `operation ${m.operation}`}: ${describeMismatch(m)}`);
  return [
    `${grouped(v.mismatchCount)} ${v.mismatchCount === 1 ? 'difference' : 'differences'}, ${cycles}`,
    ...rows,
    time,
  ].join('\n');
}
