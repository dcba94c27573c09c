/** The page's end of the layout worker: only the newest request is answered. */
import source from 'worker:./layout-worker.ts';
import type { GraphLayout } from './layout.ts';

export interface LayoutRequest {
  readonly id: number;
  readonly before: readonly (readonly number[])[];
}

export interface LayoutReply {
  readonly id: number;
  readonly layout: GraphLayout;
}

export class Layouter {
  readonly #worker: Worker;
  #newest = 0;

  constructor(private readonly placed: (layout: GraphLayout) => void) {
    // A webview may start workers from blobs only.
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    this.#worker = new Worker(url);
    URL.revokeObjectURL(url);
    this.#worker.addEventListener('message', ({ data }: MessageEvent<LayoutReply>) => {
      if (data.id === this.#newest) this.placed(data.layout);
    });
  }

  request(before: LayoutRequest['before']): void {
    this.#worker.postMessage({ id: ++this.#newest, before } satisfies LayoutRequest);
  }
}
