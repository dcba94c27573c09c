/** Which model a command is about. */
import * as vscode from 'vscode';
import { modelUri } from '../views/text.ts';
import type { Services } from '../services.ts';
import { stayOpen } from '../stay-open.ts';

/** What commands are called with: a file from the explorer, a request of a view or a code lens, or nothing. */
export type CommandArgument =
  | vscode.Uri
  | {
      /** The model. Absent where a view's context menu tells the layer alone. */
      readonly uri?: string;
      readonly tensor?: string;
      /** A layer of it. */
      readonly layer?: string;
      /** A build of it. */
      readonly folder?: string;
    }
  | undefined;

/** Models of the workspace; what Camber itself has written is none. */
export const modelFiles = async (): Promise<readonly vscode.Uri[]> => {
  const found = await vscode.workspace.findFiles('**/*.onnx', '**/node_modules/**', 500);
  return found
    .filter(({ path }) => !/\.gradcam\.onnx$/i.test(path))
    .sort((a, b) => a.path.localeCompare(b.path));
};

async function pickModel(): Promise<string | undefined> {
  const files = await modelFiles();
  if (files.length === 1) return files[0]!.toString();
  const items = files.map((file) => ({ label: vscode.workspace.asRelativePath(file), uri: file.toString() }));
  const browse = { label: `$(folder-opened) ${vscode.l10n.t('Open a model...')}`, uri: undefined };
  const picked = await vscode.window.showQuickPick([...items, browse], {
    ...stayOpen,
    placeHolder: vscode.l10n.t('Model'),
  });
  if (picked !== browse) return picked?.uri;
  const [file] =
    (await vscode.window.showOpenDialog({ filters: { [vscode.l10n.t('ONNX model')]: ['onnx'] } })) ?? [];
  return file?.toString();
}

/** The model's URI: the argument's, the active one, or one that the user picks. */
export async function subject({ models }: Services, argument: CommandArgument): Promise<string | undefined> {
  if (argument instanceof vscode.Uri) {
    // A picture from the explorer is about the model that is open.
    if (/\.onnx$/i.test(argument.path)) return argument.toString();
    return modelUri(argument) ?? models.active ?? (await pickModel());
  }
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
