import { describe, expect, test } from 'vitest';
import type * as vscode from 'vscode';
import { RequestError } from '../../src/protocol/channel.ts';
import { taskType } from '../../src/protocol/manifest/contributes.ts';
import { Jobs } from '../../src/extension/jobs.ts';
import type { Services } from '../../src/extension/services.ts';
import { registerTasks } from '../../src/extension/tasks.ts';
import { taskProviders, Uri, type CustomExecution } from '../support/vscode.ts';

const cancelled = (): RequestError =>
  new RequestError({
    message: 'Cancelled',
    diagnostics: [{ code: 'CAM606', severity: 'error', message: 'Cancelled.', hint: '' }],
  });

interface Asked {
  readonly method: string;
  readonly token: vscode.CancellationToken;
  /** Ends the work: as cancelled where it has been. */
  readonly end: () => void;
}

/** A server that does nothing until it is told to, and a model that is opened when the test says so. */
function host() {
  const asked: Asked[] = [];
  const opening: (() => void)[] = [];
  const output = { info: () => undefined } as unknown as vscode.LogOutputChannel;
  const server = {
    on: () => ({ dispose: () => undefined }),
    ask: (method: string, params: { folder: string }, token: vscode.CancellationToken) =>
      new Promise((resolve, reject) => {
        const end = (): void =>
          token.isCancellationRequested
            ? reject(cancelled())
            : resolve({ folder: params.folder, diagnostics: [] });
        asked.push({ method, token, end });
      }),
  } as unknown as Services['server'];
  const models = {
    open: () => new Promise<void>((resolve) => opening.push(resolve)),
    close: async () => undefined,
  };
  const jobs = new Jobs(server, output);
  registerTasks({ server, models, jobs, output } as unknown as Services);
  return { asked, opening, jobs };
}

/** Starts a compile task as the editor does, in a terminal of its own. */
async function startTask() {
  const provider = taskProviders.get(taskType) as vscode.TaskProvider;
  const definition = { type: taskType, task: 'compile', model: 'net.onnx' };
  const scope = { uri: Uri.file('/models') };
  const task = await provider.resolveTask({ definition, scope } as unknown as vscode.Task, {} as never);
  const terminal = (await (
    task!.execution as unknown as CustomExecution
  ).start()) as unknown as vscode.Pseudoterminal;
  const code = new Promise<number>((resolve) => terminal.onDidClose!((c) => resolve(c as number)));
  const lines: string[] = [];
  terminal.onDidWrite((line) => lines.push(line.trim()));
  terminal.open(undefined);
  return { stop: () => terminal.close(), code, lines };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('a compile task', () => {
  test('that is left alone ends with 0 and says where the build is', async () => {
    const { asked, opening } = host();
    const { code, lines } = await startTask();
    opening[0]!();
    await settle();
    asked[0]!.end();
    expect(await code).toBe(0);
    expect(lines).toEqual(['Compiled to /models/build/net']);
  });

  test('that is stopped while its model is being opened never asks for a build', async () => {
    const { asked, opening } = host();
    const { stop, code, lines } = await startTask();
    stop();
    opening[0]!();
    expect(await code).toBe(1);
    expect(asked).toEqual([]);
    expect(lines).toEqual(['Cancelled']);
  });

  test('that is stopped while its build runs has it cancelled', async () => {
    const { asked, opening } = host();
    const { stop, code, lines } = await startTask();
    opening[0]!();
    await settle();
    stop();
    expect(asked[0]!.token.isCancellationRequested).toBe(true);
    asked[0]!.end();
    expect(await code).toBe(1);
    expect(lines).toEqual(['Cancelled']);
  });

  test('that follows a stopped one starts anew when that has ended, and is not cancelled with it', async () => {
    const { asked, opening } = host();
    const first = await startTask();
    opening[0]!();
    await settle();
    first.stop();
    const second = await startTask();
    opening[1]!();
    await settle();
    expect(asked).toHaveLength(1);
    asked[0]!.end();
    expect(await first.code).toBe(1);
    await settle();
    expect(asked).toHaveLength(2);
    asked[1]!.end();
    expect(await second.code).toBe(0);
    expect(second.lines).toEqual(['Compiled to /models/build/net']);
  });

  test('that is stopped while it waits for a stopped one never asks for a build', async () => {
    const { asked, opening, jobs } = host();
    const [first, second] = [await startTask(), await startTask()];
    opening[0]!();
    await settle();
    first.stop();
    opening[1]!();
    await settle();
    second.stop();
    asked[0]!.end();
    expect(await Promise.all([first.code, second.code])).toEqual([1, 1]);
    expect(asked).toHaveLength(1);
    expect(jobs.of('file:///models/net.onnx')).toEqual([]);
  });

  test('closing the terminal of a task that has ended does not touch the next', async () => {
    const { asked, opening } = host();
    const first = await startTask();
    opening[0]!();
    await settle();
    asked[0]!.end();
    expect(await first.code).toBe(0);
    const second = await startTask();
    opening[1]!();
    await settle();
    first.stop();
    asked[1]!.end();
    expect(await second.code).toBe(0);
  });

  test('that joins a build under way shares its end', async () => {
    const { asked, opening } = host();
    const [first, second] = [await startTask(), await startTask()];
    opening.forEach((open) => open());
    await settle();
    expect(asked).toHaveLength(1);
    asked[0]!.end();
    expect(await Promise.all([first.code, second.code])).toEqual([0, 0]);
  });
});
