/** The VS Code client: starts the language server and shows what it says. */
import * as vscode from 'vscode';
import { Server } from './client.ts';
import { registerCommands } from './commands/index.ts';
import { Models } from './models.ts';
import { showError, tellWorkerStopped } from './notify.ts';
import type { Services } from './services.ts';
import { registerStatusBar } from './status-bar.ts';
import { registerEditor } from './views/editor.ts';
import { registerPanels } from './views/panels.ts';
import { registerTextView } from './views/text.ts';

export function activate(context: vscode.ExtensionContext): void {
  const output = vscode.window.createOutputChannel('Camber', { log: true });
  const server = new Server(context, output);
  const models = new Models(server, context.workspaceState);
  const services: Services = { context, server, models, output };
  context.subscriptions.push(
    output,
    models,
    registerCommands(services),
    registerEditor(services),
    registerPanels(services),
    registerTextView(services),
    registerStatusBar(services),
  );
  context.subscriptions.push(
    server.on('camber/workerStopped', ({ uri, reason, again }) =>
      tellWorkerStopped(services, uri, reason, again),
    ),
  );
  // Not awaited: requests wait for the server by themselves, and activation stays short.
  server.start().catch((error: unknown) => showError(services, 'The language server did not start.', error));
}
