/** Pictures dropped onto the panel: from the file manager (contents) or from VS Code's explorer (places). */
import type { DroppedFile } from '../../src/protocol/webview.ts';

export interface Dropped {
  readonly uris: readonly string[];
  readonly files: readonly DroppedFile[];
}

/** Kinds of a drag that come with places, first the one VS Code's explorer gives. */
const uriKinds = ['application/vnd.code.uri-list', 'text/uri-list'] as const;

/** What is dragged; must be read before the event ends, so files are read afterwards. */
async function read(transfer: DataTransfer): Promise<Dropped> {
  const list = uriKinds.map((kind) => transfer.getData(kind)).find((text) => text !== '') ?? '';
  const uris = list.split(/\r?\n/).filter((line) => line.startsWith('file:'));
  const files = [...transfer.files].map(async (file) => ({
    name: file.name,
    bytes: new Uint8Array(await file.arrayBuffer()),
  }));
  return { uris, files: uris.length > 0 ? [] : await Promise.all(files) };
}

/** Takes drops on an element, which has the class `dragging` meanwhile. */
export function takeDrops(element: HTMLElement, take: (dropped: Promise<Dropped>) => void): void {
  // Enter and leave come for every child: only their balance tells where the pointer is.
  let depth = 0;
  const mark = (by: number): void => {
    depth = Math.max(0, depth + by);
    element.classList.toggle('dragging', depth > 0);
  };
  element.addEventListener('dragenter', () => mark(1));
  element.addEventListener('dragleave', () => mark(-1));
  element.addEventListener('dragover', (event) => {
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  });
  element.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(-depth);
    if (event.dataTransfer) take(read(event.dataTransfer));
  });
}
