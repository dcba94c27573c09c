import type { Graph } from '../../src/compiler/graph/ir.ts';
import { createExplainer } from '../../src/engine/float.ts';

/** Explains one image with one model; what the explainer held is let go. */
export async function explainFloat(
  source: Uint8Array | Graph,
  image: Float32Array,
  options: Parameters<typeof createExplainer>[1] = {},
) {
  const explainer = await createExplainer(source, options);
  try {
    return await explainer.explain(image);
  } finally {
    await explainer.dispose();
  }
}
