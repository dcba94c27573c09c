/**
 * Yosys (WebAssembly) in a thread of its own, so that it can be stopped at any time: terminating the thread is the
 * only way, for a run never returns to the event loop. Plain JavaScript, because Node starts it from the sources and
 * from a build alike.
 *
 * workerData: { bundle: URL of @yowasp/yosys, files: { path: text }, args: string[], outputs: path[] }
 * messages:   { log } as the run goes on, then { files } or { failed: exit code or message }
 */
import { TextDecoder } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';

const { bundle, files, args, outputs } = workerData;
const { runYosys, Exit } = await import(bundle);

const decoder = new TextDecoder();
const log = (bytes) => {
  if (bytes) parentPort.postMessage({ log: decoder.decode(bytes, { stream: true }) });
};
const text = (content) => (typeof content === 'string' ? content : decoder.decode(content));

try {
  const tree = await runYosys(args, files, { stdout: log, stderr: log });
  const written = outputs.filter((path) => tree[path] !== undefined).map((path) => [path, text(tree[path])]);
  parentPort.postMessage({ files: Object.fromEntries(written) });
} catch (error) {
  parentPort.postMessage({ failed: error instanceof Exit ? `exit code ${error.code}` : String(error) });
}
