import type { Operation } from './operation.ts';
import type { WeightBlock } from './weight-layout.ts';

/** How an adjoint walks the words of a weight block: output tiles are the forward input's, input tiles its output's. */
export interface AdjointStrides {
  readonly mode: Operation['weights']['mode'];
  readonly tile: number;
  readonly ky: number;
  readonly kx: number;
  readonly input: number;
}

export function adjointStrides({ transposed, height, width, iTiles }: WeightBlock): AdjointStrides {
  const across = height * width * iTiles;
  const taps = { ky: width * iTiles, kx: iTiles };
  return transposed
    ? { mode: 'transposed', ...taps, tile: 1, input: across }
    : { mode: 'plain', ...taps, tile: across, input: 1 };
}
