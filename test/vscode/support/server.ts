import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTool } from '../../support/find-tool.ts';

export interface ServerOptions {
  /** Packed extensions (.vsix) to install. */
  readonly vsix?: readonly string[];
  /** Unpacked extensions to copy in. */
  readonly folders?: readonly string[];
  /** User settings beside the harness's own. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Lets a page run a suite in the extension host; suppresses toasts and dialogs. */
  readonly suiteDriver?: boolean;
  /** `all`: every workspace is trusted; `restricted`: none is, and nobody asks. `all` where absent. */
  readonly trust?: 'all' | 'restricted';
}

/** A VS Code server of its own on this machine, with folders of its own. */
export interface Server {
  readonly host: string;
  readonly url: string;
  /** Where the extensions given as .vsix were installed. */
  readonly extensions: string;
  /** What Camber's output channel holds, of every window opened so far: its log files. */
  readonly output: () => string;
  /** What the server printed so far, for failure messages. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

const quiet = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.commandCenter.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'editor.hover.delay': 200,
  'window.restoreWindows': 'none',
  'git.enabled': false,
};

const restricted = {
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

/** Paths of the VS Code server and the Node that runs it. @throws Error where it is not installed */
function programs(): { node: string; main: string } {
  const main = findTool('code-server');
  if (main === undefined) throw new Error('VS Code is not installed here: npm run install:vscode');
  // .cache/vscode/node_modules/code-server/lib/vscode/out/server-main.js
  const modules = main.slice(0, main.indexOf('/code-server/'));
  const node = readdirSync(modules).find((name) => name.startsWith('node-linux-'));
  if (node === undefined) throw new Error(`No Node beside VS Code in ${modules}: npm run install:vscode`);
  keepLogs(main);
  return { node: join(modules, node, 'bin/node'), main };
}

/** Gives the server a log: see log-addon.cjs. Where the native part has been built, nothing is changed. */
function keepLogs(main: string): void {
  const log = join(main, '../../node_modules/@vscode/spdlog');
  const addon = join(log, 'node_modules/bindings/index.js');
  if (existsSync(join(log, 'build')) || existsSync(addon)) return;
  mkdirSync(dirname(addon), { recursive: true });
  cpSync(fileURLToPath(new URL('./log-addon.cjs', import.meta.url)), addon);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Starts a VS Code server; resolves when it answers. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const { node, main } = programs();
  const folder = mkdtempSync(join(tmpdir(), 'camber-vscode-'));
  const path = (name: string) => join(folder, name);
  const settings = path('user/User/settings.json');
  const isRestricted = options.trust === 'restricted';
  mkdirSync(dirname(settings), { recursive: true });
  writeFileSync(
    settings,
    JSON.stringify({ ...quiet, ...(isRestricted ? restricted : {}), ...options.settings }, undefined, 2),
  );
  const folders = [
    '--user-data-dir',
    path('user'),
    '--server-data-dir',
    path('server'),
    '--extensions-dir',
    path('ext'),
  ];
  const common = ['--accept-server-license-terms', '--telemetry-level', 'off', ...folders];

  for (const extension of options.folders ?? []) {
    cpSync(extension, path(`ext/${basename(extension)}`), { recursive: true });
  }
  for (const vsix of options.vsix ?? []) {
    const install = spawnSync(node, [main, ...common, '--install-extension', vsix], { encoding: 'utf8' });
    if (install.status !== 0) throw new Error(`Cannot install ${vsix}: ${install.stdout}${install.stderr}`);
  }

  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const flags = ['--without-connection-token', '--disable-telemetry'];
  if (!isRestricted) flags.push('--disable-workspace-trust');
  if (options.suiteDriver) flags.push('--enable-smoke-test-driver');
  const args = [main, '--host', '127.0.0.1', '--port', String(port), ...common, ...flags];
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout.on('data', (d: Buffer) => (log += d.toString()));
  child.stderr.on('data', (d: Buffer) => (log += d.toString()));

  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const output = (): string =>
    readdirSync(path('user/logs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('/Camber.log'))
      .sort()
      .map((name) => readFileSync(path(`user/logs/${name}`), 'utf8'))
      .join('');
  const url = `http://${host}`;
  for (let attempt = 0; attempt < 150; attempt++) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${url}/version`).catch(() => undefined);
    if (answer?.ok) return { host, url, extensions: path('ext'), output, log: () => log, stop };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await stop();
  throw new Error(`The VS Code server did not answer within 30 s: ${log}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(timer);
}
