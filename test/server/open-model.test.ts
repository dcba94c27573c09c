import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelState } from '../../src/protocol/views.ts';
import type { OpenModel } from '../../src/server/open-model.ts';
import { jobOptions, readSettings } from '../../src/server/options.ts';
import { ModelStore } from '../../src/server/store.ts';

/**
 * A worker that takes the file's text as the model. `crash` in it ends the worker while it compiles, once for every
 * line there is to take from the file `crashes`.
 */
const worker = `
import { existsSync, readFileSync, writeFileSync, appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parentPort } from 'node:worker_threads';
let text, folder;
const reject = (id, code, message) => parentPort.postMessage({
  kind: 'error', id, error: { message, diagnostics: [{ code, severity: 'error', message, hint: 'Mend it.' }] } });
const jobs = {
  read({ path }) {
    folder = dirname(path);
    appendFileSync(join(folder, 'log'), 'read ');
    if (!existsSync(path)) throw ['CAM604', 'It does not exist.'];
    const now = readFileSync(path, 'utf8');
    if (now === 'broken') throw ['CAM101', 'It is no model.'];
    text = now;
    return { hash: text, files: [path], model: { name: text }, form: { text }, pictures: [], diagnostics: [] };
  },
  async compile({ options }, cancelled) {
    appendFileSync(join(folder, 'log'), 'compile ');
    const left = existsSync(join(folder, 'crashes')) ? readFileSync(join(folder, 'crashes'), 'utf8') : '';
    if (left !== '') { writeFileSync(join(folder, 'crashes'), left.slice(1)); process.exit(3); }
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (cancelled()) throw ['CAM606', 'Cancelled.'];
    }
    return { compiled: { text, device: options.device }, diagnostics: [] };
  },
  prepare: (params, cancelled) => jobs.compile(params, cancelled),
  async lookAhead(params, cancelled) {
    appendFileSync(join(folder, 'ahead'), 'begun ');
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (cancelled()) throw ['CAM606', 'Cancelled.'];
    }
    appendFileSync(join(folder, 'ahead'), 'ended ');
    return null;
  },
  heatMap: () => ({ text }),
};
let last = Promise.resolve();
parentPort.on('message', ({ id, job, params, cancel }) => {
  last = last.then(async () => {
    try {
      const result = await jobs[job](params, () => Atomics.load(new Int32Array(cancel), 0) !== 0);
      parentPort.postMessage({ kind: 'result', id, result });
    } catch (error) { reject(id, ...error); }
  });
});
`;

describe('an open model', () => {
  let folder: string;
  let path: string;
  let store: ModelStore;
  let states: ModelState[];
  let stops: { reason: string; again: boolean }[];
  let opened: OpenModel[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camber-model-'));
    path = join(folder, 'm.onnx');
    writeFileSync(join(folder, 'worker.mjs'), worker);
    writeFileSync(path, 'one');
    states = [];
    stops = [];
    opened = [];
    store = new ModelStore({
      workerScript: pathToFileURL(join(folder, 'worker.mjs')),
      options: async (_, choices) => jobOptions(readSettings(undefined), choices),
      changed: (model) => states.push(model.state),
      working: () => undefined,
      stopped: (_, reason, again) => stops.push({ reason, again }),
      log: () => undefined,
    });
  });
  afterEach(async () => {
    await Promise.all(opened.map((model) => model.dispose()));
    rmSync(folder, { recursive: true });
  });

  const open = (choices = {}): OpenModel => {
    const model = store.open(pathToFileURL(path).href, choices);
    opened.push(model);
    return model;
  };
  const log = (): string => readFileSync(join(folder, 'log'), 'utf8').trim();
  const settled = (model: OpenModel): Promise<string> =>
    expect
      .poll(() => model.state.status.kind, { timeout: 5000, interval: 5 })
      .not.toBe('working')
      .then(() => model.state.status.kind);
  const compiledText = (model: OpenModel): unknown =>
    (model.state.compiled as { text?: string } | undefined)?.text;

  it('is read and compiled', async () => {
    const model = open();
    expect(await settled(model)).toBe('ready');
    expect(compiledText(model)).toBe('one');
    expect(log()).toBe('read compile');
  });

  it('that is replaced is read and compiled anew; the old figures stay, marked, until the new ones are there', async () => {
    const model = open();
    await settled(model);
    const { revision } = model.state;
    states.length = 0;
    writeFileSync(path, 'two');
    await model.load();
    expect(await settled(model)).toBe('ready');
    expect(compiledText(model)).toBe('two');
    expect(model.state.revision).toBeGreaterThan(revision);
    for (const { compiled, stale } of states.slice(0, -1))
      expect([(compiled as unknown as { text: string }).text, stale]).toEqual(['one', true]);
    expect(states.at(-1)!.stale).toBe(false);
  });

  it('whose file is only touched stays as it is', async () => {
    const model = open();
    await settled(model);
    const { state } = model;
    await model.load();
    expect(model.state).toBe(state);
    expect(log()).toBe('read compile read');
  });

  it('that is touched while it is compiled is compiled to the end', async () => {
    const model = open();
    await model.read();
    await model.load();
    expect(await settled(model)).toBe('ready');
    expect(compiledText(model)).toBe('one');
  });

  it('many changes at once are one reading', async () => {
    const model = open();
    await settled(model);
    writeFileSync(path, 'two');
    await Promise.all(Array.from({ length: 20 }, () => model.load()));
    await settled(model);
    expect(
      log()
        .split(' ')
        .filter((word) => word === 'read').length,
    ).toBeLessThanOrEqual(3);
    expect(compiledText(model)).toBe('two');
  });

  it.each([
    ['deleted', (at: string) => rmSync(at), 'CAM604'],
    ['broken', (at: string) => writeFileSync(at, 'broken'), 'CAM101'],
  ])('that is %s fails with the reason, answers no more, and comes back', async (_, harm, code) => {
    const model = open();
    await settled(model);
    harm(path);
    await model.load();
    expect(model.state).toMatchObject({ status: { kind: 'failed' }, stale: true, diagnostics: [{ code }] });
    const heatMap = (options: object) => ({ options, picture: 'p' }) as never;
    await expect(model.run('heatMap', heatMap, {})).rejects.toMatchObject({
      data: { diagnostics: [{ code }] },
    });
    writeFileSync(path, 'one');
    await model.load();
    expect(await settled(model)).toBe('ready');
    expect(model.state.diagnostics).toEqual([]);
    expect(await model.run('heatMap', heatMap, {})).toEqual({ text: 'one' });
  });

  it('of three quick choices only the last is shown', async () => {
    const model = open();
    await settled(model);
    states.length = 0;
    for (const device of ['a', 'b', 'c']) model.choose({ device });
    await settled(model);
    const shown = states.filter((s) => !s.stale).map((s) => s.compiled?.device);
    expect(shown).toEqual(['c']);
  });

  it('a target that is only considered changes nothing, and gives way to what is asked for', async () => {
    const model = open();
    await settled(model);
    const { state } = model;
    await model.consider('t');
    expect(model.state).toBe(state);
    expect(log()).toBe('read compile compile');
    const considered = model.consider('t');
    await new Promise((resolve) => setTimeout(resolve, 10));
    const started = performance.now();
    await model.run('heatMap', () => ({}) as never, {});
    // The fake compilation would take ten times as long.
    expect(performance.now() - started).toBeLessThan(40);
    await considered;
    expect(model.state).toBe(state);
  });

  it('looks ahead while there is nothing else to do, gives way to what is asked for, and begins again', async () => {
    const model = open();
    await settled(model);
    const ahead = (): string => readFileSync(join(folder, 'ahead'), 'utf8').trim();
    await expect.poll(ahead).toBe('begun');
    await model.run('heatMap', () => ({}) as never, {});
    // Not waited for: it was cut short.
    expect(ahead()).not.toContain('ended');
    await expect.poll(ahead).toBe('begun begun ended');
  });

  it('whose worker stops is read and compiled once more, and says so', async () => {
    writeFileSync(join(folder, 'crashes'), 'x');
    const model = open();
    await expect.poll(() => compiledText(model), { timeout: 5000 }).toBe('one');
    expect(await settled(model)).toBe('ready');
    expect(stops).toEqual([{ reason: 'exit code 3', again: true }]);
    expect(log()).toBe('read compile read compile');
  });

  it('whose worker stops again and again is left alone until something changes', async () => {
    writeFileSync(join(folder, 'crashes'), 'xxx');
    const model = open();
    await expect.poll(() => model.state.status.kind, { timeout: 5000 }).toBe('failed');
    expect(stops.map((s) => s.again)).toEqual([true, true, false]);
    expect(model.state.diagnostics).toMatchObject([
      { code: 'CAM602', message: "The compiler's worker stopped 3 times: exit code 3." },
    ]);
    model.choose({ device: 'other' });
    await expect.poll(() => model.state.status.kind, { timeout: 5000 }).toBe('ready');
    expect(model.state.compiled?.device).toBe('other');
  });

  it('stays open for its second editor, and is there at once when it is opened again', async () => {
    const model = open();
    expect(open()).toBe(model);
    await settled(model);
    expect(store.close(model.uri)).toBeUndefined();
    expect(store.close(model.uri)).toBe(model);
    expect(store.find(model.uri)).toBeUndefined();
    states.length = 0;
    const again = open();
    expect(again).toBe(model);
    expect(states[0]).toMatchObject({ status: { kind: 'ready' }, compiled: { text: 'one' } });
    writeFileSync(path, 'two');
    await again.load();
    await settled(again);
    expect(compiledText(again)).toBe('two');
  });
});
