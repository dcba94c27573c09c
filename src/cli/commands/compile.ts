import type { Command } from 'commander';
import { imageInput } from '../../compiler/graph/image-input.ts';
import { loadImage } from '../../engine/images/load.ts';
import { compileModel } from '../../engine/compile-model.ts';
import { affinePreprocessing, streamBytes } from '../../engine/fixed-input.ts';
import { inputAxes } from '../../engine/images/preprocess.ts';
import { defaultClockMHz, deviceNamed } from '../../compiler/compile.ts';
import { autoArray } from '../../compiler/explore.ts';
import { defaultPart } from '../../compiler/report/devices.ts';
import { decibelText, noisiest, type FidelityReport } from '../../compiler/report/fidelity.ts';
import type { Report } from '../../compiler/report/report.ts';
import { defaultArray, engineShape } from '../../compiler/schedule/engine-shape.ts';
import { ortFiles } from '../../toolchain/assets.ts';
import { isBuild, writeBuild } from '../../toolchain/build-folder.ts';
import { calibrationPictures } from '../../toolchain/calibration.ts';
import { deviceList } from '../../toolchain/device-list.ts';
import { readInput } from '../../toolchain/files.ts';
import { checkOutputFolder } from '../../toolchain/outputs.ts';
import { loadModel } from '../../toolchain/model-file.ts';
import type { CliCommand, Outcome } from '../command.ts';
import {
  addExplanationOptions,
  addModelOptions,
  addQuantisationOptions,
  parseClock,
  quantisationOf,
  type ClassOption,
  type ModelOptions,
  type QuantisationOptions,
} from '../options.ts';
import { grouped } from '../table.ts';

interface CompileCliOptions extends ModelOptions, QuantisationOptions {
  readonly out: string;
  readonly target?: string;
  readonly class?: ClassOption;
  readonly device: string;
  readonly devices?: string;
  readonly clock: number;
  readonly array: string;
  readonly explanation: boolean;
}

function configure(parser: Command): void {
  parser.requiredOption('--out <folder>', 'folder to write; a build of ours in its place is replaced');
  addExplanationOptions(parser);
  parser
    .option('--device <part>', 'FPGA part or board', defaultPart)
    .option('--clock <MHz>', 'clock that latencies are given at, an assumption', parseClock, defaultClockMHz)
    .option('--devices <file>', 'JSON file with devices of your own')
    .option(
      '--array <RxC>',
      'rows x columns of the multiply-accumulate array, or auto: the fastest that fits with head-room',
      defaultArray,
    )
    .option('--no-explanation', 'inference only');
  addQuantisationOptions(parser);
  addModelOptions(parser);
}

export const compile: CliCommand = {
  name: 'compile',
  description: 'writes schedule, RTL, test bench and reports of the accelerator',
  positional: '<model>',
  schemaVersion: 1,
  configure,
  run: async (path: string, options: CompileCliOptions, context): Promise<Outcome> => {
    const model = await loadModel(path, options);
    await checkOutputFolder(options.out, isBuild);
    if (options.array !== autoArray) engineShape(options.array);
    const device = deviceNamed(options.device, await deviceList(options.devices));
    const input = imageInput(model.graph);
    const { images, files, diagnostics } = await calibrationPictures(options.calibration ?? [], model, input);
    const { preprocessing } = model.info;
    // Where arrays are fed as they are, nobody knows how pixels would become them.
    const arrays = files.some((file) => /\.npy$/i.test(file));
    const folded = () =>
      affinePreprocessing(preprocessing, inputAxes(input.shape, preprocessing.layout).channels);
    const compilation = await compileModel(model.graph, {
      name: model.name,
      target: options.target,
      score: options.score,
      class: options.class ?? 'argmax',
      explanation: options.explanation,
      device,
      clockMHz: options.clock,
      array: options.array,
      gradientBits: options.gradientBits,
      quantisation: quantisationOf(options),
      equalise: options.equalise ?? false,
      calibration: images,
      ...(arrays ? {} : { preprocessing: folded() }),
      wasmPaths: ortFiles(),
      fidelity: true,
      signal: context.signal,
      onProgress: context.progress,
    });
    // The test bench runs one of them.
    const [picture] = files;
    const image = loadImage(await readInput(picture!), picture!, input, preprocessing);
    await writeBuild(options.out, {
      compilation,
      preprocessing,
      pixels: streamBytes(compilation.network, image),
      fixedClass: options.class,
      signal: context.signal,
      onProgress: context.progress,
    });
    const { report } = compilation;
    return {
      json: { out: options.out, ...report },
      text: describe(options.out, report),
      diagnostics: [
        ...model.diagnostics,
        ...(arrays ? [] : model.info.diagnostics),
        ...diagnostics,
        ...report.diagnostics,
      ],
    };
  },
};

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

/** How faithful the integer network is, on calibration pictures. */
function agreement({ pictures, top1Agreement, scores, map, layers }: FidelityReport): string[] {
  const [worst] = noisiest(layers, 1);
  return [
    `Fidelity      same class as float on ${percent(top1Agreement)} of ${pictures} calibration pictures, scores ${decibelText(scores.decibels)}${worst ? `, noisiest layer ${worst.layer} ${decibelText(worst.decibels)}` : ''}`,
    ...(map
      ? [
          `Map           correlation with float ${map.pearson.median.toFixed(4)} (median of ${map.maps}; 5 % below ${map.pearson.low.toFixed(4)}), overlap of the top 20 % ${map.iou.median.toFixed(2)}`,
        ]
      : []),
  ];
}

function describe(out: string, report: Report): string {
  const { cycles, device, array, target, utilization, resources, fidelity } = report;
  const ms = cycles.total / (device.clockMHz * 1000);
  const of = (name: 'lut' | 'ff' | 'dsp' | 'bram36') =>
    `${grouped(resources.estimated[name])} of ${grouped(resources.available[name])}`;
  return [
    `Compiled to ${out}`,
    ...(target
      ? [
          `Target        ${target.tensor} [${target.channels}, ${target.height}, ${target.width}], gradient ${target.gradient}`,
        ]
      : []),
    `Array         ${array.rows}x${array.columns}, ${array.weightPortBytesPerCycle} weight bytes per cycle`,
    `Inference     ${grouped(cycles.inference)} cycles, utilisation ${percent(utilization.inference)}`,
    `Explanation   ${grouped(cycles.explanation)} cycles, overhead +${percent(cycles.overhead, 2)}`,
    `Latency       ${ms.toFixed(3)} ms at ${device.clockMHz} MHz (the clock is assumed)`,
    `Resources     ${device.part}, estimated${resources.fit.own ? '' : ` by a fit to ${resources.fit.family}`}: LUT ${of('lut')}, FF ${of('ff')}, DSP ${of('dsp')}, block RAM ${of('bram36')}: ${resources.fits ? 'fits' : 'does not fit'}`,
    ...(fidelity ? agreement(fidelity) : []),
    `Next          camber verify ${out}`,
  ].join('\n');
}
