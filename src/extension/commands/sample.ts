/** Camber: Open the Sample Model: copies it into a folder of the user's choice and opens it. */
import * as vscode from 'vscode';
import type { Services } from '../services.ts';

const modelName = 'tiny-resnet18.onnx';

async function chooseFolder(): Promise<vscode.Uri | undefined> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Folder for the sample'),
      openLabel: vscode.l10n.t('Copy the sample here'),
      canSelectFiles: false,
      canSelectFolders: true,
      defaultUri: vscode.workspace.workspaceFolders?.[0]?.uri,
    })) ?? [];
  return folder;
}

export async function openSample({ context }: Services, folder?: vscode.Uri): Promise<void> {
  const chosen = folder ?? (await chooseFolder());
  if (!chosen) return;
  const target = vscode.Uri.joinPath(chosen, 'camber-sample');
  const source = vscode.Uri.joinPath(context.extensionUri, 'media/sample');
  for (const [name, type] of await vscode.workspace.fs.readDirectory(source)) {
    if (type !== vscode.FileType.File) continue;
    const to = vscode.Uri.joinPath(target, name);
    // What is there already may have been changed by the user: it stays.
    const exists = await vscode.workspace.fs.stat(to).then(
      () => true,
      () => false,
    );
    if (!exists) await vscode.workspace.fs.copy(vscode.Uri.joinPath(source, name), to);
  }
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.joinPath(target, modelName));
}
