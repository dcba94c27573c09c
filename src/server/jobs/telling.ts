/** Progress told from a tool's event handlers. */
import type { JobContext } from './messages.ts';

/**
 * Tells progress without throwing where the job has been cancelled: what is thrown in an event handler has no caller
 * and would end the worker. The signal ends the tool.
 */
export function telling({ progress, signal }: JobContext): JobContext['progress'] {
  return (stage, fraction) => {
    if (signal.aborted) return;
    try {
      progress(stage, fraction);
    } catch {
      // Cancelled since: the signal follows.
    }
  };
}
