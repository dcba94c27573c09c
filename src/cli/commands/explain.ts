import type { Command } from 'commander';
import { createExplainer, type Explanation, type MapResult } from '../../engine/float.ts';
import { colormapNames, type ColormapName } from '../../engine/images/colormaps.ts';
import { imageInput, loadImage, type LoadedImage } from '../../engine/images/load.ts';
import { encodePng, overlay } from '../../engine/images/overlay.ts';
import { ortFiles } from '../../toolchain/assets.ts';
import { readInput, writeOutput } from '../../toolchain/files.ts';
import { loadModel } from '../../toolchain/model-file.ts';
import type { CliCommand, Outcome } from '../command.ts';
import {
  addExplanationOptions,
  addModelOptions,
  oneOf,
  type ClassOption,
  type ModelOptions,
} from '../options.ts';

interface ExplainOptions extends ModelOptions {
  readonly image: string;
  readonly target?: string;
  readonly class?: ClassOption;
  readonly engine: 'float';
  readonly out?: string;
  readonly colormap: ColormapName;
}

function configure(parser: Command): void {
  parser.requiredOption('--image <file>', "PNG, JPEG, or .npy (float32, the model's own layout, fed as is)");
  addExplanationOptions(parser);
  parser.option(
    '--engine <engine>',
    'float: ONNX Runtime on the static model',
    oneOf(['float'] as const),
    'float',
  );
  parser.option('--out <file>', 'writes the heat map over the picture as PNG');
  parser.option(
    '--colormap <name>',
    `colours of --out: ${colormapNames.join(', ')}`,
    oneOf(colormapNames),
    'inferno',
  );
  addModelOptions(parser);
}

export const explain: CliCommand = {
  name: 'explain',
  description: 'gives class scores and GradCAM heat map of a picture',
  positional: '<model>',
  schemaVersion: 1,
  configure,
  run: async (path: string, options: ExplainOptions, context): Promise<Outcome> => {
    const model = await loadModel(path, options);
    const input = imageInput(model.graph);
    const image = loadImage(await readInput(options.image), options.image, input, model.info.preprocessing);
    const explainer = await createExplainer(model.graph, {
      targets: options.target === undefined ? undefined : [options.target],
      score: options.score,
      class: options.class ?? 'argmax',
      wasmPaths: ortFiles(),
    });
    try {
      const explanation = await explainer.explain(image.tensor.data);
      const map = explanation.maps[0]!;
      if (options.out !== undefined) {
        await writeOutput(options.out, heatMapPng(image, map, options.colormap));
        context.progress(`Heat map written to ${options.out}`);
      }
      // An array is fed as it is: how pixels would become inputs does not matter then.
      const assumptions = image.picture === undefined ? [] : model.info.diagnostics;
      return {
        json: toJson(options.engine, explanation, map),
        text: describe(explanation, map, model.info.classes),
        diagnostics: [...model.diagnostics, ...assumptions, ...explainer.model.diagnostics],
      };
    } finally {
      await explainer.dispose();
    }
  },
};

function toJson(
  engine: string,
  explanation: Explanation,
  { target, alpha, map }: MapResult,
): Record<string, unknown> {
  return {
    engine,
    target: target.tensor,
    class: explanation.class,
    classIsArgmax: explanation.classIsArgmax,
    scores: Array.from(explanation.scores),
    ...(explanation.probability && { probability: explanation.probability[explanation.class] }),
    ...(alpha && { alpha: Array.from(alpha) }),
    map: { shape: [target.height, target.width], data: Array.from(map) },
  };
}

/** The map over the picture; over black where the input was an array. */
function heatMapPng(image: LoadedImage, { target, map }: MapResult, colormap: ColormapName): Uint8Array {
  const heat = { height: target.height, width: target.width, data: map };
  if (image.picture !== undefined)
    return encodePng(overlay(image.picture.original, image.picture.view, heat, { colormap }));
  const { height, width } = heat;
  const black = { width, height, rgb: new Uint8Array(3 * width * height) };
  return encodePng(overlay(black, { x: 0, y: 0, width, height }, heat, { colormap, opacity: 1 }));
}

const digits = (n: number): string => n.toPrecision(4);

function describe(explanation: Explanation, { target, map }: MapResult, classes: readonly string[]): string {
  const { scores, class: chosen, classIsArgmax, probability } = explanation;
  const name = (c: number) => (classes[c] === undefined ? `class ${c}` : `${classes[c]} (class ${c})`);
  const best = Array.from(scores, (score, c) => ({ score, c })).sort((a, b) => b.score - a.score);
  const likely = probability === undefined ? '' : `, probability ${digits(probability[chosen] ?? NaN)}`;
  const others = best.filter(({ c }) => c !== chosen).slice(0, 3);
  const max = map.reduce((a, b) => Math.max(a, b), 0);
  const { channels, height, width } = target;
  return [
    `${classIsArgmax ? 'Top class' : 'Class'}: ${name(chosen)}, score ${digits(scores[chosen] ?? NaN)}${likely}`,
    ...(others.length > 0
      ? [`Next: ${others.map(({ c, score }) => `${name(c)} ${digits(score)}`).join(', ')}`]
      : []),
    `Target: ${target.tensor}, ${channels} x ${height} x ${width}, gradient ${target.gradient}`,
    `Heat map: ${height} x ${width}, maximum ${digits(max)}`,
  ].join('\n');
}
