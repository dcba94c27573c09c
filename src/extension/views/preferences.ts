/** How views are shown, kept for every window. A page gets them with its HTML, so that it is never drawn twice. */
import type * as vscode from 'vscode';
import type { Preferences } from '../../protocol/webview.ts';

const key = 'preferences';

export function read({ globalState }: vscode.ExtensionContext): Preferences {
  return globalState.get<Preferences>(key, {});
}

export async function update(context: vscode.ExtensionContext, change: Preferences): Promise<void> {
  await context.globalState.update(key, { ...read(context), ...change });
}
