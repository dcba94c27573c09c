/** One row of the heat-map panel: both engines on one picture. */
import type { ClassChoice } from '../../compiler/class-choice.ts';
import type { Compilation } from '../../compiler/compile.ts';
import { CompileError, type Diagnostic } from '../../compiler/diagnostics.ts';
import { mapFidelity } from '../../engine/fidelity.ts';
import { fixedInput } from '../../engine/fixed-input.ts';
import { explainFixed } from '../../engine/fixed.ts';
import type { Explanation } from '../../engine/float.ts';
import { perClass } from '../../engine/per-class.ts';
import type { LoadedImage } from '../../engine/images/load.ts';
import { encodePng } from '../../engine/images/overlay.ts';
import { resizePicture } from '../../engine/images/resize.ts';
import type { EngineAnswer, HeatMapRow, PictureView } from '../../protocol/views.ts';

/** Longer side of the picture sent to the panel, in pixels. */
const shownSize = 320;

/** Pictures as they are sent, for as long as they are kept: they are the same for every target. */
const shown = new WeakMap<LoadedImage, string>();

/** The part of the picture that the model sees, as sharp as the original has it. */
function shownPicture(image: LoadedImage): string | undefined {
  const { picture } = image;
  if (!picture) return undefined;
  const url = shown.get(image) ?? pictureUrl(picture);
  shown.set(image, url);
  return url;
}

function pictureUrl({ original, view }: NonNullable<LoadedImage['picture']>): string {
  const factor = Math.min(1, shownSize / Math.max(view.width, view.height));
  const size = {
    width: Math.max(1, Math.round(view.width * factor)),
    height: Math.max(1, Math.round(view.height * factor)),
  };
  const png = encodePng(resizePicture(original, view, size));
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

function answer(explanation: Explanation, classes: readonly string[]): EngineAnswer {
  const { class: chosen, maps } = explanation;
  const { scores, probability } = perClass(explanation);
  const { target, map } = maps[0]!;
  return {
    class: chosen,
    label: classes[chosen],
    score: scores[chosen]!,
    probability: probability?.[chosen],
    map: { width: target.width, height: target.height, values: Array.from(map) },
  };
}

/** What the accelerator answers; where it cannot take this image, the reasons. */
function fixedExplanation(
  { analysis, network }: Compilation,
  image: LoadedImage,
  wanted: ClassChoice,
): { explanation?: Explanation; diagnostics: readonly Diagnostic[] } {
  try {
    const input = fixedInput(network, image);
    return { explanation: explainFixed(analysis.model, network, input, wanted), diagnostics: [] };
  } catch (error) {
    if (error instanceof CompileError) return { diagnostics: error.diagnostics };
    throw error;
  }
}

/** @param compilation absent for methods that the accelerator does not offer */
export function heatMapRow(
  view: PictureView,
  image: LoadedImage,
  explanation: Explanation,
  compilation: Compilation | undefined,
  classes: readonly string[],
): HeatMapRow {
  const wanted = explanation.classIsArgmax ? 'argmax' : explanation.class;
  const floatOnly = compilation === undefined;
  const integers: ReturnType<typeof fixedExplanation> = floatOnly
    ? { diagnostics: [] }
    : fixedExplanation(compilation, image, wanted);
  const float = answer(explanation, classes);
  const fixed = integers.explanation && answer(integers.explanation, classes);
  const fidelity = fixed && mapFidelity(fixed.map.values, float.map.values);
  return {
    picture: view,
    image: shownPicture(image),
    float,
    fixed,
    floatOnly,
    ...(fidelity ? { fidelity } : {}),
    diagnostics: integers.diagnostics,
  };
}
