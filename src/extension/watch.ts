/**
 * Watches the folder of an open model, in the workspace or not: the file itself, its companion, its external data. The
 * server knows which of them it has read.
 */
import * as vscode from 'vscode';
import { fileChanges, type Server } from './client.ts';
import type { FileChange } from './language-client.ts';

export function watchFolder(model: string, server: Server): vscode.Disposable {
  const folder = vscode.Uri.joinPath(vscode.Uri.parse(model), '..');
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*'));
  const tell =
    (type: FileChange['type']) =>
    (file: vscode.Uri): void =>
      server.fileChanged({ uri: file.toString(), type });
  watcher.onDidCreate(tell(fileChanges.created));
  watcher.onDidChange(tell(fileChanges.changed));
  watcher.onDidDelete(tell(fileChanges.deleted));
  return watcher;
}
