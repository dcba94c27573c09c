/**
 * Requests and answers over any message port. A handler that throws rejects its caller; a port that closes rejects
 * every caller that still waits.
 */
import type { ErrorData } from './requests.ts';
import {
  type ToExtension,
  type ToWebview,
  type WebviewEvent,
  type WebviewMethod,
  type WebviewParams,
  type WebviewResult,
} from './webview.ts';

/** A request that its handler refused. */
export class RequestError extends Error {
  constructor(readonly data: ErrorData) {
    super(data.message);
    this.name = 'RequestError';
  }
}

/** What a caller is told of an error: diagnostics where it carries them, its message otherwise. */
export function errorData(error: unknown): ErrorData {
  if (error instanceof RequestError) return error.data;
  const message = error instanceof Error ? error.message : String(error);
  const carried = (error as { diagnostics?: unknown } | undefined)?.diagnostics;
  return { message, diagnostics: Array.isArray(carried) ? carried : [] };
}

/** The webview's end. */
export class WebviewClient {
  #next = 1;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (e: Error) => void }>();
  readonly #listeners = new Set<(event: WebviewEvent) => void>();

  constructor(private readonly post: (message: ToExtension) => void) {}

  request<M extends WebviewMethod>(method: M, params: WebviewParams<M>): Promise<WebviewResult<M>> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      try {
        this.post({ kind: 'request', id, method, params } as ToExtension);
      } catch (error) {
        this.#waiting.delete(id);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  onEvent(listener: (event: WebviewEvent) => void): void {
    this.#listeners.add(listener);
  }

  receive(message: ToWebview): void {
    if (message.kind === 'event') {
      for (const listener of this.#listeners) listener(message.event);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'result') waiting?.resolve(message.result);
    else waiting?.reject(new RequestError(message.error));
  }

  /** Rejects everything that still waits. */
  close(): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new RequestError({ message: 'The view was closed.', diagnostics: [] }));
    }
    this.#waiting.clear();
  }
}

export type WebviewHandlers = {
  [M in WebviewMethod]: (params: WebviewParams<M>) => Promise<WebviewResult<M>>;
};

/** Answers one message of a webview. Never throws, always posts an answer. */
export async function answer(
  handlers: WebviewHandlers,
  message: ToExtension,
  post: (message: ToWebview) => void,
): Promise<void> {
  const { id, method } = message;
  try {
    const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
    if (handler === undefined) throw new Error(`No such request: ${method}`);
    const result = await (handler as (params: unknown) => Promise<unknown>)(message.params);
    post({ kind: 'result', id, result });
  } catch (error) {
    post({ kind: 'error', id, error: errorData(error) });
  }
}
