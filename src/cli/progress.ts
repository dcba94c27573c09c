import type { Streams } from './streams.ts';

const clearLine = '\r\x1b[K';

/**
 * Progress on stderr. In a terminal it is one line that is written over and vanishes at the end; elsewhere each stage
 * is told once.
 */
export function progressLine(streams: Pick<Streams, 'err' | 'terminal'>): {
  readonly show: (stage: string, fraction?: number) => void;
  readonly end: () => void;
} {
  let last: string | undefined;
  return {
    show(stage, fraction) {
      if (streams.terminal) {
        const share = fraction === undefined ? '' : ` ${Math.round(100 * fraction)} %`;
        streams.err(`${clearLine}${stage}${share}`);
      } else if (stage !== last) {
        streams.err(`${stage}\n`);
      }
      last = stage;
    },
    end() {
      if (streams.terminal && last !== undefined) streams.err(clearLine);
    },
  };
}
