/** Camber: Compile GradCAM accelerator. */
import * as vscode from 'vscode';
import { basename } from 'node:path';
import { layerOf, summary } from '../../protocol/layer-facts.ts';
import type { BuildView } from '../../protocol/views.ts';
import { buildFolder } from '../build-folder.ts';
import type { JobWatch } from '../jobs.ts';
import { showError } from '../notify.ts';
import type { Services } from '../services.ts';
import { stayOpen } from '../stay-open.ts';
import { arrayOf, pickers } from './choose.ts';
import { showReport } from '../views/report.ts';
import { verifyFolder } from './verify.ts';

type Choice = vscode.QuickPickItem & { readonly change?: keyof typeof pickers };

/** One quick pick with the choices already made; Enter accepts. Returns false when it was dismissed. */
async function confirm(services: Services, uri: string): Promise<boolean> {
  for (;;) {
    const { compiled, choices, model } = services.models.state(uri) ?? {};
    const target = choices?.target ?? compiled?.target.tensor ?? model?.defaultTarget;
    const parts = compiled && summary(compiled, model);
    const go: Choice = {
      label: `$(play) ${vscode.l10n.t('Compile')}`,
      description: vscode.l10n.t('to {0}', vscode.workspace.asRelativePath(buildFolder(uri))),
      detail: parts === undefined ? undefined : `${parts.cycles} · ${parts.overhead} · ${parts.fit}`,
    };
    const rows: Choice[] = [
      {
        label: `$(target) ${vscode.l10n.t('Target')}`,
        description: target === undefined ? undefined : layerOf(target, model),
        change: 'target',
      },
      {
        label: `$(chip) ${vscode.l10n.t('Device')}`,
        description: choices?.device ?? compiled?.device.part,
        change: 'device',
      },
      {
        label: `$(table) ${vscode.l10n.t('Array')}`,
        description: arrayOf(compiled) ?? choices?.array ?? 'auto',
        change: 'array',
      },
    ];
    const separator: Choice = { label: vscode.l10n.t('Change'), kind: vscode.QuickPickItemKind.Separator };
    const picked = await vscode.window.showQuickPick([go, separator, ...rows], {
      ...stayOpen,
      title: vscode.l10n.t('Compile {0}', basename(vscode.Uri.parse(uri).fsPath)),
      placeHolder: vscode.l10n.t('Press Enter to compile'),
    });
    if (picked === undefined) return false;
    if (picked.change === undefined) return true;
    const value = await pickers[picked.change](services, uri);
    if (value !== undefined) await services.models.choose(uri, { [picked.change]: value });
  }
}

async function offerNext(services: Services, uri: string, build: BuildView): Promise<void> {
  const place = vscode.workspace.asRelativePath(build.folder);
  const verify = vscode.l10n.t('Verify');
  const report = vscode.l10n.t('Show report');
  const reveal = vscode.l10n.t('Reveal');
  const text = vscode.l10n.t('Compiled to {0}', place);
  const next = await vscode.window.showInformationMessage(text, verify, report, reveal);
  if (next === verify) await verifyFolder(services, uri, build.folder);
  if (next === report) await showReport(build.folder);
  if (next === reveal)
    await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(build.folder));
}

/** Writes the build folder of a model, with progress and cancel. */
export function build(
  { jobs, server }: Pick<Services, 'jobs' | 'server'>,
  uri: string,
  watch: JobWatch = {},
): Promise<BuildView> {
  const title = vscode.l10n.t('Compiling {0}', basename(vscode.Uri.parse(uri).fsPath));
  return jobs.run({ ...watch, job: 'build', uri, title }, (token, cancel) =>
    server.ask('camber/build', { uri, folder: buildFolder(uri), token }, cancel),
  );
}

export async function compile(services: Services, uri: string): Promise<void> {
  if (!(await confirm(services, uri))) return;
  const built = await build(services, uri);
  // Not awaited: the command has ended, the notification may stay as long as it likes.
  void offerNext(services, uri, built).catch((error: unknown) =>
    showError(services, vscode.l10n.t('Compiled, but:'), error),
  );
}
