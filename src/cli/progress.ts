import type { Streams } from './streams.ts';

const clearLine = '\r\x1b[K';

const fit = (text: string, room: number): string =>
  text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`;

/**
 * Progress on stderr. In a terminal it is one line that is written over and vanishes at the end, cut to the terminal's
 * width (what wraps is not cleared); elsewhere each stage is told once.
 */
export function progressLine(streams: Pick<Streams, 'err' | 'terminal' | 'columns'>): {
  readonly show: (stage: string, fraction?: number) => void;
  readonly end: () => void;
} {
  let last: string | undefined;
  return {
    show(stage, fraction) {
      if (streams.terminal) {
        const share = fraction === undefined ? '' : ` ${Math.round(100 * fraction)} %`;
        const room = Math.max(1, (streams.columns?.() ?? 80) - 1);
        streams.err(
          `${clearLine}${fit(stage, room - share.length)}${share}`.slice(0, clearLine.length + room),
        );
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
