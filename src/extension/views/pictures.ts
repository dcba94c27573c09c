/** Pictures a user adds to a model's heat maps. Which they are is remembered for the workspace, by `Models`. */
import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import * as vscode from 'vscode';
import { RequestError } from '../../protocol/channel.ts';
import type { DroppedFile } from '../../protocol/webview.ts';
import type { Services } from '../services.ts';

export const pictureEndings = ['png', 'jpg', 'jpeg', 'npy'] as const;

/** Largest file taken from a drop that carries contents instead of a place: it goes through memory whole. */
const largestDrop = 64 * 1024 * 1024;

export async function choosePictures(): Promise<readonly string[]> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Add pictures to the heat maps'),
    openLabel: vscode.l10n.t('Add'),
    canSelectMany: true,
    filters: { [vscode.l10n.t('Pictures')]: [...pictureEndings] },
  });
  return (chosen ?? []).map((file) => file.fsPath);
}

/** Paths of what was dropped. Contents without a place are kept in the workspace's storage, by their hash. */
export async function droppedPictures(
  { context }: Services,
  uris: readonly string[],
  files: readonly DroppedFile[],
): Promise<readonly string[]> {
  const places = uris.map((uri) => vscode.Uri.parse(uri)).filter((uri) => uri.scheme === 'file');
  const storage = context.storageUri ?? context.globalStorageUri;
  const kept = files.map(async ({ name, bytes }) => {
    if (bytes.byteLength > largestDrop) {
      const message = vscode.l10n.t(
        '{0} is too large to be dropped: add it with the button.',
        basename(name),
      );
      throw new RequestError({ message, diagnostics: [] });
    }
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
    const stem =
      basename(name, extname(name))
        .replace(/[^\w.-]+/g, '-')
        .slice(0, 60) || 'picture';
    const file = vscode.Uri.joinPath(storage, 'pictures', hash, `${stem}${extname(name).toLowerCase()}`);
    await vscode.workspace.fs.writeFile(file, bytes);
    return file.fsPath;
  });
  return [...places.map((uri) => uri.fsPath), ...(await Promise.all(kept))];
}

export async function savePng(name: string, bytes: Uint8Array): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save heat map'),
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, `${basename(name)}.png`) } : {}),
    filters: { PNG: ['png'] },
  });
  if (file) await vscode.workspace.fs.writeFile(file, bytes);
}
