/** The way to the extension, and what this view remembers over a reload. */
import { WebviewClient } from '../../src/protocol/channel.ts';
import type { Preferences, ToWebview } from '../../src/protocol/webview.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

export const client = new WebviewClient((message) => api.postMessage(message));
window.addEventListener('message', ({ data }: MessageEvent<ToWebview>) => client.receive(data));

/** What was remembered, field by field; `defaults` where nothing was. */
export function remembered<T extends object>(defaults: T): T {
  return { ...defaults, ...((api.getState() as Partial<T> | undefined) ?? {}) };
}

/** How views are to be shown, as kept for all of them. */
export const preferences = JSON.parse(
  document.getElementById('root')?.dataset['preferences'] ?? '{}',
) as Preferences;

export function remember(state: object): void {
  api.setState(state);
}
