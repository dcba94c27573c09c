/** Camber: Export Static GradCAM Model. */
import * as vscode from 'vscode';
import type { Services } from '../services.ts';

export async function exportStatic({ server }: Services, uri: string): Promise<void> {
  const model = vscode.Uri.parse(uri);
  const file = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export static GradCAM model'),
    defaultUri: model.with({ path: model.path.replace(/(\.onnx)?$/i, '.gradcam.onnx') }),
    filters: { [vscode.l10n.t('ONNX model')]: ['onnx'] },
  });
  if (!file) return;
  await server.ask('camber/export', { uri, file: file.fsPath });
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('Exported to {0}', vscode.workspace.asRelativePath(file)),
    vscode.l10n.t('Open'),
  );
  if (choice !== undefined) await vscode.commands.executeCommand('vscode.open', file);
}
