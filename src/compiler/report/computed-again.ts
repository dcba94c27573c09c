import { diagnostic, type Diagnostic } from '../diagnostics.ts';
import type { IntegerNetwork } from '../quantize/network.ts';
import type { LayerReport } from './layers.ts';

/**
 * Tells what it costs where a target inside a fused stage cannot be written beside that stage's own result and is
 * computed once more in the explanation phase; nothing where the target costs no layer of its own.
 */
export function targetComputedAgain(
  network: IntegerNetwork,
  layers: readonly LayerReport[],
  explanationCycles: number,
): Diagnostic[] {
  const { explanation } = network;
  const again = layers.find(
    ({ output, phase, cycles }) => output === explanation?.activation && phase !== 'inference' && cycles > 0,
  );
  if (!explanation || !again) return [];
  const count = (cycles: number) => cycles.toLocaleString('en-US');
  const sum = JSON.stringify(network.layers.find(({ name }) => name === again.name)!.sum);
  const main = network.layers.find((l) => l.phase === 'inference' && JSON.stringify(l.sum) === sum);
  const written = main && network.tensors.get(main.output.tensor)?.onnx;
  const { target } = explanation;
  return [
    diagnostic(
      'CAM507',
      `"${target}" is computed once more for the map, in ${count(again.cycles)} of the ${count(explanationCycles)} explanation cycles: no stage of the inference can write it beside its own result without delay.`,
      written !== undefined && written !== target
        ? `As target, "${written}", which the same stage writes in any case, saves them.`
        : 'Nothing need be done: the inference takes the same cycles and gives the same scores for every target.',
      { tensor: target },
    ),
  ];
}
