import { InvalidArgumentError, type Command } from 'commander';
import { methodNames, type MethodName } from '../../compiler/gradient/methods.ts';
import { colormapNames, type ColormapName } from '../../engine/images/colormaps.ts';
import { decibelText, noisiest, type Pair } from '../../compiler/report/fidelity.ts';
import { imageInput } from '../../compiler/graph/image-input.ts';
import { loadImage, type LoadedImage } from '../../engine/images/load.ts';
import { encodePng, overlay } from '../../engine/images/overlay.ts';
import { readInput, writeOutput } from '../../toolchain/files.ts';
import { checkOutput } from '../../toolchain/outputs.ts';
import { loadModel } from '../../toolchain/model-file.ts';
import { engineNames, engines, type Answer, type EngineName, type PictureAgreement } from '../answers.ts';
import type { CliCommand, Outcome } from '../command.ts';
import {
  addExplanationOptions,
  addModelOptions,
  addQuantisationOptions,
  oneOf,
  type ClassOption,
  type ModelOptions,
  type QuantisationOptions,
} from '../options.ts';

interface ExplainOptions extends ModelOptions, QuantisationOptions {
  readonly image: string;
  readonly target?: string;
  readonly class?: ClassOption;
  readonly engine: EngineName;
  readonly method: MethodName;
  readonly out?: string;
  readonly colormap: ColormapName;
}

function configure(parser: Command): void {
  parser.requiredOption('--image <file>', "PNG, JPEG, or .npy (float32, the model's own layout, fed as is)");
  addExplanationOptions(parser);
  parser.option(
    '--engine <engine>',
    'float (ONNX Runtime), or fixed (the integers of the accelerator)',
    oneOf(engineNames),
    'float',
  );
  parser.option('--method <method>', `${methodNames.join(', ')}`, oneOf(methodNames), 'gradcam');
  parser.option('--out <file.png>', 'writes the heat map over the picture as PNG', parsePng);
  parser.option(
    '--colormap <name>',
    `colours of --out: ${colormapNames.join(', ')}`,
    oneOf(colormapNames),
    'inferno',
  );
  addQuantisationOptions(parser);
  addModelOptions(parser);
}

/** The name of a PNG: viewers go by it. */
function parsePng(value: string): string {
  if (!/\.png$/i.test(value))
    throw new InvalidArgumentError('The picture is a PNG: give a name that ends in .png.');
  return value;
}

export const explain: CliCommand = {
  name: 'explain',
  description: 'gives class scores and GradCAM heat map of a picture',
  positional: '<model>',
  schemaVersion: 1,
  configure,
  run: async (path: string, options: ExplainOptions, context): Promise<Outcome> => {
    const model = await loadModel(path, options);
    if (options.out !== undefined) await checkOutput(options.out, [...model.parts.keys(), options.image]);
    const bytes = await readInput(options.image);
    const image = loadImage(bytes, options.image, imageInput(model.graph), model.info.preprocessing);
    const answer = await engines[options.engine]({ ...options, model, image }, context);
    if (options.out !== undefined) {
      await writeOutput(options.out, heatMapPng(image, answer, options.colormap));
    }
    // An array is fed as it is: how pixels would become inputs does not matter then.
    const assumptions = image.picture === undefined ? [] : model.info.diagnostics;
    return {
      json: toJson(options, answer),
      text: [
        describe(answer, model.info.classes),
        ...(options.out === undefined ? [] : [`Written: ${options.out}`]),
      ].join('\n'),
      diagnostics: [...model.diagnostics, ...assumptions, ...answer.diagnostics],
    };
  },
};

function toJson(options: ExplainOptions, answer: Answer): Record<string, unknown> {
  const { target, scores, probability, alpha, map, height, width, fidelity } = answer;
  return {
    engine: options.engine,
    method: options.method,
    target,
    class: answer.class,
    classIsArgmax: answer.classIsArgmax,
    scores,
    probability,
    alpha,
    map: { shape: [height, width], data: map },
    fidelity,
  };
}

/** The map over the picture; over black where the input was an array. */
function heatMapPng(image: LoadedImage, { height, width, map }: Answer, colormap: ColormapName): Uint8Array {
  const heat = { height, width, data: map };
  if (image.picture !== undefined) {
    return encodePng(overlay(image.picture.original, image.picture.view, heat, { colormap }));
  }
  const black = { width, height, rgb: new Uint8Array(3 * width * height) };
  return encodePng(overlay(black, { x: 0, y: 0, width, height }, heat, { colormap, opacity: 1 }));
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const digits = (n: number): string => n.toPrecision(4);

/** The fixed engine's agreement with the float engine, as text. */
function agreement({
  sameClass,
  pearson,
  spearman,
  iou,
  perturbation,
  scores,
  layers,
}: PictureAgreement): string[] {
  const pair = ({ fixed, float }: Pair) => `${fixed.toFixed(3)} (float map ${float.toFixed(3)})`;
  const worst = noisiest(layers, 3).map((l) => `${l.layer} ${decibelText(l.decibels)}`);
  return [
    `Against float: ${sameClass ? 'same' : 'another'} top class, scores ${decibelText(scores.decibels)}, largest error ${percent(scores.largestError)} of their range`,
    pearson === undefined || spearman === undefined || iou === undefined
      ? 'The float map is all zero: there is no map to compare with'
      : `Map against float: correlation ${pearson.toFixed(4)}, of ranks ${spearman.toFixed(4)}, overlap of the top 20 % ${iou.toFixed(2)}`,
    ...(perturbation
      ? [`Insertion ${pair(perturbation.insertion)}, deletion ${pair(perturbation.deletion)}`]
      : []),
    ...(worst.length > 0 ? [`Noisiest layers: ${worst.join(', ')}`] : []),
  ];
}

function describe(answer: Answer, classes: readonly string[]): string {
  const { scores, class: chosen, probability, fidelity, map, target, channels, height, width } = answer;
  const name = (c: number) => (classes[c] === undefined ? `class ${c}` : `${classes[c]} (class ${c})`);
  const best = scores.map((score, c) => ({ score, c })).sort((a, b) => b.score - a.score);
  const likely = probability === undefined ? '' : `, probability ${digits(probability)}`;
  const others = best.filter(({ c }) => c !== chosen).slice(0, 3);
  const max = map.reduce((a, b) => Math.max(a, b), 0);
  return [
    `${answer.classIsArgmax ? 'Top class' : 'Class'}: ${name(chosen)}, score ${digits(scores[chosen] ?? NaN)}${likely}`,
    ...(others.length > 0
      ? [`Next: ${others.map(({ c, score }) => `${name(c)} ${digits(score)}`).join(', ')}`]
      : []),
    `Target: ${target}, ${channels} x ${height} x ${width}, gradient ${answer.gradient}`,
    `Heat map: ${height} x ${width}, maximum ${digits(max)}`,
    ...(fidelity ? agreement(fidelity) : []),
  ].join('\n');
}
