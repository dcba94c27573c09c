/** One row of the heat-map panel: both engines on one picture. */
import type { Compilation } from '../../compiler/compile.ts';
import { execute } from '../../compiler/quantize/executor.ts';
import type { IntegerNetwork } from '../../compiler/quantize/network.ts';
import { mapFidelity } from '../../engine/fidelity.ts';
import type { Explanation } from '../../engine/float.ts';
import type { LoadedImage } from '../../engine/images/load.ts';
import { encodePng } from '../../engine/images/overlay.ts';
import { resizePicture } from '../../engine/images/resize.ts';
import type { EngineAnswer, HeatMapRow, PictureView } from '../../protocol/views.ts';

/** Longer side of the picture sent to the panel, in pixels. */
const shownSize = 320;

/** The part of the picture that the model sees, as sharp as the original has it. */
function shownPicture({ picture }: LoadedImage): string | undefined {
  if (!picture) return undefined;
  const { original, view } = picture;
  const factor = Math.min(1, shownSize / Math.max(view.width, view.height));
  const size = {
    width: Math.max(1, Math.round(view.width * factor)),
    height: Math.max(1, Math.round(view.height * factor)),
  };
  const png = encodePng(resizePicture(original, view, size));
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

function floatAnswer(explanation: Explanation, classes: readonly string[]): EngineAnswer {
  const { scores, probability, class: chosen, maps } = explanation;
  const { target, map } = maps[0]!;
  return {
    class: chosen,
    label: classes[chosen],
    score: scores[chosen] ?? -scores[0]!,
    probability: probability?.[chosen],
    map: { width: target.width, height: target.height, values: Array.from(map) },
  };
}

/** What the accelerator answers, in real numbers. Undefined where it cannot take this image as it is. */
function fixedAnswer(
  network: IntegerNetwork,
  { picture }: LoadedImage,
  chosen: number | undefined,
  classes: readonly string[],
): EngineAnswer | undefined {
  const { explanation } = network;
  const input = network.tensors.get(network.input.tensor)!;
  if (!picture || !explanation || network.input.format !== 'uint8' || input.channels !== 3) return undefined;
  const result = execute(network, picture.pixels.rgb, { classIndex: chosen });
  const scale = explanation.mapScale * explanation.classScale[result.classIndex]!;
  const { width, height } = network.tensors.get(explanation.map)!;
  return {
    class: result.classIndex,
    label: classes[result.classIndex],
    score: result.scores[result.classIndex]! * network.tensors.get(network.scores)!.scale[0]!,
    map: { width, height, values: Array.from(result.explanation!.map, (v) => v * scale) },
  };
}

export function heatMapRow(
  view: PictureView,
  image: LoadedImage,
  explanation: Explanation,
  { network }: Compilation,
  classes: readonly string[],
): HeatMapRow {
  const float = floatAnswer(explanation, classes);
  const chosen = explanation.classIsArgmax ? undefined : explanation.class;
  const fixed = fixedAnswer(network, image, chosen, classes);
  const fidelity = fixed && mapFidelity(fixed.map.values, float.map.values);
  return {
    picture: view,
    image: shownPicture(image),
    float,
    fixed,
    correlation: fidelity?.pearson,
    diagnostics: [],
  };
}
