/** The VS Code client: starts the language server and shows what it says. */
import * as vscode from 'vscode';
import { Builds } from './builds.ts';
import { Server } from './client.ts';
import { registerCommands } from './commands/index.ts';
import { Explorer } from './explorer.ts';
import { Jobs } from './jobs.ts';
import { Models } from './models.ts';
import { showError, tellWorkerStopped } from './notify.ts';
import type { Services } from './services.ts';
import { registerStatusBar } from './status-bar.ts';
import { registerTasks } from './tasks.ts';
import { registerEditor } from './views/editor.ts';
import { registerModelsTree } from './views/models-tree.ts';
import { registerPanels } from './views/panels.ts';
import { registerReports } from './views/report.ts';
import { registerTextView } from './views/text.ts';

export function activate(context: vscode.ExtensionContext): void {
  const output = vscode.window.createOutputChannel('Camber', { log: true });
  const server = new Server(context, output);
  const models = new Models(server, context.workspaceState);
  const jobs = new Jobs(server, output);
  const builds = new Builds(context.workspaceState);
  const explorer = new Explorer(server, models, jobs);
  const services: Services = { context, server, models, jobs, builds, explorer, output };
  context.subscriptions.push(
    output,
    models,
    jobs,
    builds,
    registerCommands(services),
    registerEditor(services),
    registerPanels(services),
    registerReports(),
    registerTextView(services),
    registerStatusBar(services),
    registerModelsTree(services),
    registerTasks(services),
  );
  context.subscriptions.push(
    server.on('camber/workerStopped', ({ uri, reason, again }) =>
      tellWorkerStopped(services, uri, reason, again),
    ),
    server.on('camber/log', ({ message }) => output.info(message)),
  );
  // After activation, so that this stays short: requests wait for the server by themselves.
  setImmediate(() => {
    server
      .start()
      .catch((error: unknown) =>
        showError(services, vscode.l10n.t('The language server did not start.'), error),
      );
  });
}
