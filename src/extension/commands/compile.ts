/** Camber: Compile GradCAM accelerator. */
import * as vscode from 'vscode';
import { basename } from 'node:path';
import { layerOf, summary } from '../../protocol/layer-facts.ts';
import type { BuildView } from '../../protocol/views.ts';
import { buildFolder } from '../build-folder.ts';
import type { Services } from '../services.ts';
import { pickers } from './choose.ts';
import { withProgress } from './progress.ts';
import { showReport } from './report.ts';
import { verifyFolder } from './verify.ts';

type Choice = vscode.QuickPickItem & { readonly change?: keyof typeof pickers };

/** One quick pick with the choices already made; Enter accepts. Returns false when it was dismissed. */
async function confirm(services: Services, uri: string): Promise<boolean> {
  for (;;) {
    const { compiled, choices, model } = services.models.state(uri) ?? {};
    const target = choices?.target ?? compiled?.target.tensor ?? model?.defaultTarget;
    const parts = compiled && summary(compiled, model);
    const go: Choice = {
      label: '$(play) Compile',
      description: `to ${vscode.workspace.asRelativePath(buildFolder(uri))}`,
      detail: parts === undefined ? undefined : `${parts.cycles} · ${parts.overhead} · ${parts.fit}`,
    };
    const rows: Choice[] = [
      {
        label: '$(target) Target',
        description: target === undefined ? undefined : layerOf(target, model),
        change: 'target',
      },
      { label: '$(chip) Device', description: choices?.device ?? compiled?.device.part, change: 'device' },
      {
        label: '$(table) Array',
        description: compiled
          ? `${compiled.array.rows}x${compiled.array.columns}`
          : (choices?.array ?? 'auto'),
        change: 'array',
      },
    ];
    const separator: Choice = { label: 'Change', kind: vscode.QuickPickItemKind.Separator };
    const title = `Compile ${basename(vscode.Uri.parse(uri).fsPath)}`;
    const picked = await vscode.window.showQuickPick([go, separator, ...rows], {
      title,
      placeHolder: 'Press Enter to compile',
    });
    if (picked === undefined) return false;
    if (picked.change === undefined) return true;
    const value = await pickers[picked.change](services, uri);
    if (value !== undefined) await services.models.choose(uri, { [picked.change]: value });
  }
}

async function offerNext(services: Services, uri: string, build: BuildView): Promise<void> {
  const place = vscode.workspace.asRelativePath(build.folder);
  const verify = 'Verify';
  const report = 'Show report';
  const reveal = 'Reveal';
  const next = await vscode.window.showInformationMessage(`Compiled to ${place}`, verify, report, reveal);
  if (next === verify) await verifyFolder(services, uri, build.folder);
  if (next === report) await showReport(build.reportHtml);
  if (next === reveal)
    await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(build.folder));
}

export async function compile(services: Services, uri: string): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage('Building needs a trusted workspace.');
    return;
  }
  if (!(await confirm(services, uri))) return;
  const folder = buildFolder(uri);
  const build = await withProgress(services, 'Camber', (token, cancel) =>
    services.server.ask('camber/build', { uri, folder, token }, cancel),
  );
  // Not awaited: the command has ended, the notification may stay as long as it likes.
  void offerNext(services, uri, build);
}
