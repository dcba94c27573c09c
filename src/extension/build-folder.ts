/** Where a model's build goes. */
import * as vscode from 'vscode';
import { basename, dirname, isAbsolute, join } from 'node:path';

/** The folder of the setting, relative to the model's own, and in it one named after the model. */
export function buildFolder(uri: string): string {
  const model = vscode.Uri.parse(uri);
  const setting = vscode.workspace.getConfiguration('camber', model).get<string>('outputFolder', 'build');
  const base = isAbsolute(setting) ? setting : join(dirname(model.fsPath), setting);
  return join(base, basename(model.fsPath).replace(/\.onnx$/i, ''));
}
