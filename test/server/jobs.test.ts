import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompileError, diagnostic } from '../../src/compiler/diagnostics.ts';
import type { RequestError } from '../../src/protocol/channel.ts';
import type { JobContext, JobHandlers, JobReply, JobRequest } from '../../src/server/jobs/messages.ts';
import { JobRunner, keepSpareWorker } from '../../src/server/jobs/runner.ts';
import { serveJobs } from '../../src/server/jobs/serve.ts';

const request = (id: number, job: JobRequest['job'], cancel = new SharedArrayBuffer(4)): JobRequest => ({
  id,
  job,
  params: { path: 'p' },
  cancel,
});

/** Handlers of which only `read` is used. */
const reading = (read: (context: JobContext) => Promise<unknown>): JobHandlers =>
  ({ read: (_: unknown, context: JobContext) => read(context) }) as unknown as JobHandlers;

describe('jobs', () => {
  it('run one after another', async () => {
    const order: string[] = [];
    let turn = 0;
    const handlers = reading(async () => {
      const mine = ++turn;
      order.push(`start ${mine}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`end ${mine}`);
    });
    const serve = serveJobs(handlers, () => undefined);
    await Promise.all([serve(request(1, 'read')), serve(request(2, 'read'))]);
    expect(order).toEqual(['start 1', 'end 1', 'start 2', 'end 2']);
  });

  it('answer errors with their diagnostics, and go on', async () => {
    const replies: JobReply[] = [];
    const problem = diagnostic('CAM104', 'Broken.', 'Mend it.');
    let first = true;
    const serve = serveJobs(
      reading(async () => {
        if (!first) return 'fine';
        first = false;
        throw new CompileError([problem]);
      }),
      (reply) => replies.push(reply),
    );
    await serve(request(1, 'read'));
    await serve(request(2, 'read'));
    expect(replies).toMatchObject([
      { kind: 'progress', id: 1 },
      { kind: 'error', id: 1, error: { diagnostics: [problem] } },
      { kind: 'progress', id: 2 },
      { kind: 'result', id: 2, result: 'fine' },
    ]);
  });

  it('end at the next stage once cancelled, and waiting work is aborted', async () => {
    const replies: JobReply[] = [];
    const cancel = new SharedArrayBuffer(4);
    const serve = serveJobs(
      reading(async ({ progress, signal }) => {
        Atomics.store(new Int32Array(cancel), 0, 1);
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        progress('Scheduling', 0.5);
      }),
      (reply) => replies.push(reply),
    );
    await serve(request(1, 'read', cancel));
    expect(replies.at(-1)).toMatchObject({ kind: 'error', error: { diagnostics: [{ code: 'CAM606' }] } });
  });
});

describe('the worker', () => {
  let folder: string;
  let script: URL;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'camber-worker-'));
    const path = join(folder, 'worker.mjs');
    writeFileSync(
      path,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', ({ id, params }) => {
         if (params.path === 'crash') process.exit(3);
         if (params.path === 'throw') throw new Error('outside any job');
         if (params.path !== 'hang') parentPort.postMessage({ kind: 'result', id, result: params.path });
       });`,
    );
    script = pathToFileURL(path);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(['crash', 'throw'])('that fails by %s rejects what waits, and starts again', async (path) => {
    const runner = new JobRunner(script);
    try {
      const hanging = runner.run('read', { path: 'hang' }).catch((e: RequestError) => e.message);
      const failing = runner.run('read', { path }).catch((e: RequestError) => e.message);
      expect(await hanging).toMatch(/stopped/);
      expect(await failing).toMatch(/stopped/);
      expect(await runner.run('read', { path: 'again' })).toBe('again');
    } finally {
      await runner.dispose();
    }
  });

  it('that was kept as a spare takes the first job, and another one the second', async () => {
    keepSpareWorker(script);
    const [first, second] = [new JobRunner(script), new JobRunner(script)];
    try {
      expect(await first.run('read', { path: 'a' })).toBe('a');
      expect(await second.run('read', { path: 'b' })).toBe('b');
      const failing = first.run('read', { path: 'crash' }).catch((e: RequestError) => e.message);
      expect(await failing).toMatch(/stopped/);
      expect(await first.run('read', { path: 'again' })).toBe('again');
    } finally {
      await Promise.all([first.dispose(), second.dispose()]);
    }
  });

  it('that is ended rejects what waits', async () => {
    const runner = new JobRunner(script);
    const hanging = runner.run('read', { path: 'hang' }).catch((e: RequestError) => e.message);
    await runner.dispose();
    expect(await hanging).toMatch(/stopped/);
  });
});
