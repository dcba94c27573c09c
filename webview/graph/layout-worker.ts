/** The worker that places blocks, so that a large model never holds up the page. */
import { layoutGraph } from './layout.ts';
import type { LayoutReply, LayoutRequest } from './layouter.ts';

// The page's type library has no worker scope.
const scope = self as unknown as {
  onmessage: (event: MessageEvent<LayoutRequest>) => void;
  postMessage: (reply: LayoutReply) => void;
};
scope.onmessage = ({ data: { id, before } }) => scope.postMessage({ id, layout: layoutGraph(before) });
