import { describe, expect, it } from 'vitest';
import { CompileError, diagnostic } from '../../src/compiler/diagnostics.ts';
import { answer, RequestError, WebviewClient, type WebviewHandlers } from '../../src/protocol/channel.ts';
import type { ToExtension, ToWebview } from '../../src/protocol/webview.ts';

const problem = diagnostic('CAM301', 'The picture cannot be read.', 'Choose a PNG or JPEG.');

const handlers: WebviewHandlers = {
  state: async () => undefined,
  select: async () => null,
  setTarget: async () => {
    throw new CompileError([problem]);
  },
  prefer: async () => null,
  run: () => {
    throw new Error('thrown at once, not as a rejection');
  },
  pictures: async () => [{ id: 'a', title: 'A' }],
  heatMap: () => new Promise(() => undefined),
  addPictures: async () => null,
  dropPictures: async () => null,
  removePicture: async () => null,
  heatMapChoices: async () => ({ methods: [], classes: [] }),
  savePng: async () => null,
  explore: async () => undefined,
  chooseDesign: async () => null,
  jobs: async () => [],
  cancelJob: async () => null,
};

/** A client whose messages are answered by the handlers, as a webview and its extension are joined. */
function joined(): WebviewClient {
  const client: WebviewClient = new WebviewClient((message) => {
    // Structured clone, as the editor's message port does.
    void answer(handlers, structuredClone(message), (reply) => client.receive(structuredClone(reply)));
  });
  return client;
}

describe('requests of a webview', () => {
  it('are answered', async () => {
    expect(await joined().request('pictures', undefined)).toEqual([{ id: 'a', title: 'A' }]);
  });

  it('are rejected with the diagnostics of a handler that fails', async () => {
    const error: unknown = await joined()
      .request('setTarget', { tensor: 'x' })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RequestError);
    expect((error as RequestError).data.diagnostics).toEqual([problem]);
  });

  it('are rejected where a handler throws', async () => {
    await expect(joined().request('run', { command: 'compile' })).rejects.toThrow('thrown at once');
  });

  it.each(['nothing', 'toString', '__proto__'])('are rejected where the method is %s', async (method) => {
    const replies: ToWebview[] = [];
    const message = { kind: 'request', id: 7, method, params: undefined } as unknown as ToExtension;
    await answer(handlers, message, (reply) => replies.push(reply));
    expect(replies).toMatchObject([{ kind: 'error', id: 7 }]);
  });

  it('are rejected when the view closes', async () => {
    const client = joined();
    const waiting = client.request('heatMap', { picture: 'p' });
    client.close();
    await expect(waiting).rejects.toThrow('closed');
  });

  it('are rejected where the message cannot be posted', async () => {
    const client = new WebviewClient(() => {
      throw new Error('port closed');
    });
    await expect(client.request('pictures', undefined)).rejects.toThrow('port closed');
  });

  it('leave events alone', () => {
    const client = joined();
    const events: unknown[] = [];
    client.onEvent((event) => events.push(event));
    client.receive({ kind: 'event', event: { event: 'selection', layer: 'conv1' } });
    expect(events).toEqual([{ event: 'selection', layer: 'conv1' }]);
  });
});
