/** Commands about a build: the one given, or the one in the model's output folder. */
import * as vscode from 'vscode';
import { buildFolder } from '../build-folder.ts';
import type { Services } from '../services.ts';

/** The folder of the model's build; undefined, with an offer to compile, where there is none. */
export async function existingBuild(
  { builds }: Services,
  uri: string,
  given: string | undefined,
): Promise<string | undefined> {
  const folder = given ?? buildFolder(uri);
  if (await builds.read(folder)) return folder;
  const compile = vscode.l10n.t('Compile');
  const text = vscode.l10n.t('There is no build in {0}.', vscode.workspace.asRelativePath(folder));
  // Not awaited: whoever asked need not wait for an answer.
  void vscode.window.showWarningMessage(text, compile).then((choice) => {
    if (choice !== undefined) void vscode.commands.executeCommand('camber.compile', { uri });
  });
  return undefined;
}
