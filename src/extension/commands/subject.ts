/** Which model a command is about. */
import * as vscode from 'vscode';
import { modelUri } from '../views/text.ts';
import type { Services } from '../services.ts';

/** What commands are called with: a file from the explorer, a request of a view or a code lens, or nothing. */
export type CommandArgument =
  vscode.Uri | { readonly uri: string; readonly tensor?: string; readonly layer?: string } | undefined;

async function pickModel(): Promise<string | undefined> {
  const files = await vscode.workspace.findFiles('**/*.onnx', '**/{node_modules,build}/**', 200);
  if (files.length === 1) return files[0]!.toString();
  const items = files.map((file) => ({ label: vscode.workspace.asRelativePath(file), uri: file.toString() }));
  const browse = { label: '$(folder-opened) Open a model...', uri: undefined };
  const picked = await vscode.window.showQuickPick([...items, browse], { placeHolder: 'Model' });
  if (picked !== browse) return picked?.uri;
  const [file] = (await vscode.window.showOpenDialog({ filters: { 'ONNX model': ['onnx'] } })) ?? [];
  return file?.toString();
}

/** The model's URI: the argument's, the active one, or one that the user picks. */
export async function subject({ models }: Services, argument: CommandArgument): Promise<string | undefined> {
  if (argument instanceof vscode.Uri) return modelUri(argument) ?? argument.toString();
  return argument?.uri ?? models.active ?? (await pickModel());
}

/** Holds a model open while something is done with it. */
export async function withModel<T>(services: Services, uri: string, work: () => Promise<T>): Promise<T> {
  await services.models.open(uri);
  try {
    return await work();
  } finally {
    await services.models.close(uri);
  }
}
