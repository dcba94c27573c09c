/** What the parts of the extension share. */
import type * as vscode from 'vscode';
import type { Builds } from './builds.ts';
import type { Server } from './client.ts';
import type { Explorer } from './explorer.ts';
import type { Jobs } from './jobs.ts';
import type { Models } from './models.ts';

export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly server: Server;
  readonly models: Models;
  readonly jobs: Jobs;
  readonly explorer: Explorer;
  readonly builds: Builds;
  readonly output: vscode.LogOutputChannel;
}
