/**
 * What can be measured inside the extension host only: how long activation takes, and for how long the host is held up
 * while a large model is opened. Writes `host.json` into the workspace.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { viewTypes } from '../../src/protocol/manifest/contributes.ts';
import { runHostTests } from '../../test/vscode/suite/runner.ts';

export interface HostFigures {
  /** Milliseconds. */
  readonly activation: number;
  /** The longest time between two turns of a timer, less its interval: idle, and with the large model. */
  readonly idle: Blocked;
  readonly large: Blocked;
}

interface Blocked {
  /** Time on the clock: other processes of a busy machine are in it. */
  readonly wall: number;
  /** The longest turn without the time in which the host's thread could have run, but other processes did. */
  readonly unqueued: number;
  /** Processor time that the host's own thread used in its busiest turn. */
  readonly own: number;
}

const interval = 2;
const settling = 8000;

// Node 24, which VS Code runs on; the types are of an older one.
const threadTime = (): number => {
  const { user, system } = (
    process as unknown as { threadCpuUsage: () => { user: number; system: number } }
  ).threadCpuUsage();
  return (user + system) / 1000;
};

/** How long this thread has stood in line for a processor so far, as Linux counts it; elsewhere it is not known. */
function queueTime(): number {
  try {
    const [, waited] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
    return Number(waited) / 1e6;
  } catch {
    return 0;
  }
}

async function blocked(work: () => Promise<unknown>): Promise<Blocked> {
  const most = { wall: 0, unqueued: 0, own: 0 };
  let last = performance.now();
  let used = threadTime();
  let queued = queueTime();
  const timer = setInterval(() => {
    const now = performance.now();
    const usedNow = threadTime();
    const queuedNow = queueTime();
    const wall = now - last - interval;
    most.wall = Math.max(most.wall, wall);
    most.unqueued = Math.max(most.unqueued, wall - (queuedNow - queued));
    most.own = Math.max(most.own, usedNow - used);
    last = now;
    used = usedNow;
    queued = queuedNow;
  }, interval);
  await work();
  clearInterval(timer);
  return most;
}

const wait = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

export const run = (): Promise<void> =>
  runHostTests([
    {
      name: 'measures the extension host',
      async run() {
        const folder = vscode.workspace.workspaceFolders![0]!.uri;
        // VS Code's own start goes on for a while after the host can run tests.
        await wait(settling);
        const started = performance.now();
        await vscode.extensions.getExtension('camber.camber')!.activate();
        const activation = performance.now() - started;
        await wait(3000);
        const idle = await blocked(() => wait(3000));
        const large = await blocked(async () => {
          await vscode.commands.executeCommand(
            'vscode.openWith',
            vscode.Uri.joinPath(folder, 'large.onnx'),
            viewTypes.editor,
          );
          await wait(8000);
        });
        const figures: HostFigures = { activation, idle, large };
        writeFileSync(join(folder.fsPath, 'host.json'), JSON.stringify(figures));
      },
    },
  ]);
