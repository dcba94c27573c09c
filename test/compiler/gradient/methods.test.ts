/**
 * The other methods against pytorch-grad-cam and Captum (fixtures made in float64 by
 * scripts/make-method-fixtures.py): 1e-4 of the largest value, for float32 against float64; where the reference is
 * zero everywhere, ours is below 1e-6 of the largest activation.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { methodNames, type MethodName } from '../../../src/compiler/gradient/methods.ts';
import { createExplainer } from '../../../src/engine/float.ts';
import { maxAbs, maxDifference, oraclePlaces, readOracle } from '../../support/oracles.ts';

interface Answer {
  readonly input: string;
  readonly class: number;
  readonly method: MethodName;
  readonly target?: string;
  readonly offset: number;
  readonly length: number;
}

const folder = fileURLToPath(new URL('../../fixtures/methods/', import.meta.url));
const bar = 1e-4;

describe.each(['resnet8_bn_kept', 'vgg_small_fc', 'densenet_small'])('%s', (name) => {
  const { answers } = JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as { answers: Answer[] };
  const bytes = readFileSync(`${folder}${name}.bin`);
  const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const oracle = readOracle(oraclePlaces().find((o) => o.name === name)!.place!);

  test.each(methodNames)('%s', async (method) => {
    const mine = answers.filter((a) => a.method === method);
    expect(mine.length).toBeGreaterThan(0);
    const targets = [...new Set(mine.flatMap((a) => a.target ?? []))];
    const explainer = await createExplainer(oracle.model, { method, targets });
    for (const answer of mine) {
      const input = Number(/\d+/.exec(answer.input)![0]);
      const { maps } = await explainer.explain(oracle.inputs[input]!.image, answer.class);
      const result = answer.target === undefined ? maps[0]! : maps[targets.indexOf(answer.target)]!;
      const expected = numbers.subarray(answer.offset, answer.offset + answer.length);
      // Captum's saliency is the magnitude; ours keeps the sign in `attribution`.
      const found = result.attribution ?? result.map;
      const ours = method === 'saliency' ? found.map(Math.abs) : found;
      const where = `${answer.target ?? 'input'}, class ${answer.class}, ${answer.input}`;
      const largest = maxAbs(expected);
      if (largest > 0) expect(maxDifference(ours, expected), where).toBeLessThanOrEqual(bar * largest);
      else expect(maxAbs(ours), where).toBeLessThanOrEqual(1e-6);
      if (result.attribution) {
        const plane = result.map.length;
        const channels = result.attribution.length / plane;
        const strongest = result.map.map((_, i) =>
          Math.max(
            ...Array.from({ length: channels }, (_, c) => Math.abs(result.attribution![c * plane + i]!)),
          ),
        );
        expect(result.map).toEqual(strongest);
      }
    }
    await explainer.dispose();
  });
});
