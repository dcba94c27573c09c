import type { Command } from 'commander';
import { deviceNamed } from '../../compiler/compile.ts';
import { chooseArray, type DesignPoint } from '../../compiler/explore.ts';
import { type Device, defaultPart } from '../../compiler/report/devices.ts';
import { exploreCsv, explorePlot } from '../../compiler/report/explore-plot.ts';
import { describeSource, estimateSource } from '../../compiler/report/fit.ts';
import { exploreModel, explorePictures } from '../../engine/explore-model.ts';
import { imageInput } from '../../compiler/graph/image-input.ts';
import { ortFiles } from '../../toolchain/assets.ts';
import { calibrationPictures } from '../../toolchain/calibration.ts';
import { deviceList } from '../../toolchain/device-list.ts';
import { writeOutput } from '../../toolchain/files.ts';
import { checkOutput } from '../../toolchain/outputs.ts';
import { loadModel } from '../../toolchain/model-file.ts';
import type { CliCommand, Outcome } from '../command.ts';
import { addExplanationOptions, addModelOptions, type ClassOption, type ModelOptions } from '../options.ts';
import { formatTable, grouped } from '../table.ts';

interface ExploreCliOptions extends ModelOptions {
  readonly device: string;
  readonly devices?: string;
  readonly target?: string;
  readonly class?: ClassOption;
  readonly explanation: boolean;
  readonly csv?: string;
  readonly plot?: string;
}

function configure(parser: Command): void {
  parser
    .option('--device <part>', 'FPGA part or board', defaultPart)
    .option('--devices <file>', 'JSON file with devices of your own');
  addExplanationOptions(parser);
  parser
    .option('--no-explanation', 'inference only')
    .option('--csv <file>', 'writes the points as CSV')
    .option('--plot <file>', 'writes a plot of the points as SVG');
  addModelOptions(parser);
}

export const explore: CliCommand = {
  name: 'explore',
  description: 'tries every array: cycles against resources on a device',
  positional: '<model>',
  schemaVersion: 1,
  configure,
  run: async (path: string, options: ExploreCliOptions, context): Promise<Outcome> => {
    const devices = await deviceList(options.devices);
    const device = deviceNamed(options.device, devices);
    const model = await loadModel(path, options);
    for (const file of [options.csv, options.plot])
      if (file !== undefined) await checkOutput(file, model.parts.keys());
    const { images } = await calibrationPictures([], model, imageInput(model.graph), explorePictures);
    const { points, diagnostics } = await exploreModel(model.graph, device, {
      target: options.target,
      score: options.score,
      class: options.class ?? 'argmax',
      explanation: options.explanation,
      calibration: images,
      devices,
      wasmPaths: ortFiles(),
      signal: context.signal,
      onProgress: context.progress,
    });
    const chosen = chooseArray(points, device);
    if (options.csv !== undefined) await writeOutput(options.csv, exploreCsv(points));
    if (options.plot !== undefined) {
      await writeOutput(options.plot, explorePlot(points, `${model.name} on ${device.part}`));
    }
    return {
      json: { part: device.part, points, chosen: chosen ?? null, fit: estimateSource(device.family) },
      text: describe(points, chosen, device),
      diagnostics: [...model.diagnostics, ...diagnostics],
    };
  },
};

function describe(points: readonly DesignPoint[], chosen: DesignPoint | undefined, device: Device): string {
  const table = formatTable(points, [
    { title: 'array', value: (p) => `${p.rows}x${p.columns}` },
    { title: 'gradient', value: (p) => `${p.gradientBits} bits` },
    { title: 'cycles', value: (p) => grouped(p.cycles), right: true },
    { title: 'overhead', value: (p) => `+${(100 * p.overhead).toFixed(2)} %`, right: true },
    { title: 'LUT', value: (p) => grouped(p.lut), right: true },
    { title: 'FF', value: (p) => grouped(p.ff), right: true },
    { title: 'DSP', value: (p) => grouped(p.dsp), right: true },
    { title: 'block RAM', value: (p) => grouped(p.bram36), right: true },
    { title: 'MAC/DSP/cycle', value: (p) => p.macsPerDspCycle.toFixed(2), right: true },
    { title: 'LUT/MAC', value: (p) => p.lutPerMac.toFixed(0), right: true },
    { title: '', value: (p) => note(p, chosen) },
  ]);
  const { lut, ff, dsp, bram36 } = device.available;
  const has = `${grouped(lut)} LUT, ${grouped(ff)} FF, ${grouped(dsp)} DSP, ${bram36} block RAM`;
  const source = describeSource(estimateSource(device.family));
  return `${table}\n\n${device.part} has ${has}.\nBlock RAM and DSP are counted; LUT and FF are estimates by ${source}.`;
}

const note = (p: DesignPoint, chosen: DesignPoint | undefined): string =>
  p === chosen ? 'chosen' : !p.fits ? 'does not fit' : p.pareto ? 'Pareto' : '';
