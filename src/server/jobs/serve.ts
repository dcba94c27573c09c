/**
 * The worker's end: takes jobs one after another and answers each.
 */
import { CompileError, diagnostic } from '../../compiler/diagnostics.ts';
import { errorData } from '../../protocol/channel.ts';
import type { JobContext, JobHandlers, JobReply, JobRequest } from './messages.ts';

/** How often a waiting job looks whether it has been cancelled, in milliseconds. */
const lookInterval = 100;

function context(
  request: JobRequest,
  post: (reply: JobReply) => void,
): JobContext & { readonly end: () => void } {
  const flag = new Int32Array(request.cancel);
  const cancelled = (): boolean => Atomics.load(flag, 0) !== 0;
  const controller = new AbortController();
  const timer = setInterval(() => {
    if (cancelled()) controller.abort();
  }, lookInterval);
  return {
    signal: controller.signal,
    end: () => clearInterval(timer),
    progress: (stage, fraction) => {
      if (cancelled()) {
        throw new CompileError([
          diagnostic('CAM606', `Cancelled before "${stage}".`, 'Start it again when you want it.'),
        ]);
      }
      post({ kind: 'progress', id: request.id, stage, fraction });
    },
  };
}

/** Returns the function that takes requests. Jobs run in the order they come; none starts before the last has ended. */
export function serveJobs(
  handlers: JobHandlers,
  post: (reply: JobReply) => void,
): (request: JobRequest) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const run = async (request: JobRequest): Promise<void> => {
    const work = context(request, post);
    try {
      const handler = handlers[request.job] as (params: unknown, context: JobContext) => Promise<unknown>;
      work.progress('Starting', 0);
      post({ kind: 'result', id: request.id, result: await handler(request.params, work) });
    } catch (error) {
      post({ kind: 'error', id: request.id, error: errorData(error) });
    } finally {
      work.end();
    }
  };
  return (request) => (last = last.then(() => run(request)));
}
