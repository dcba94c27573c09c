/** What the parts of the extension share. */
import type * as vscode from 'vscode';
import type { Server } from './client.ts';
import type { Models } from './models.ts';

export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly server: Server;
  readonly models: Models;
  readonly output: vscode.LogOutputChannel;
}
