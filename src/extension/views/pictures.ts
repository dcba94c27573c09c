/** Pictures a user has added to a model's heat maps; remembered for the workspace. */
import * as vscode from 'vscode';
import type { Services } from '../services.ts';

const key = (uri: string): string => `pictures:${uri}`;

export function addedPictures({ context }: Services, uri: string): readonly string[] {
  return context.workspaceState.get<readonly string[]>(key(uri), []);
}

export async function addPictures(services: Services, uri: string): Promise<readonly string[]> {
  const before = addedPictures(services, uri);
  const chosen = await vscode.window.showOpenDialog({
    title: 'Add pictures to the heat maps',
    openLabel: 'Add',
    canSelectMany: true,
    filters: { Pictures: ['png', 'jpg', 'jpeg', 'npy'] },
  });
  const after = [...new Set([...before, ...(chosen ?? []).map((file) => file.fsPath)])];
  await services.context.workspaceState.update(key(uri), after);
  return after;
}
