/** Problems of commands, told in one way. */
import * as vscode from 'vscode';
import { basename } from 'node:path';
import { errorData } from '../protocol/channel.ts';
import type { Services } from './services.ts';

/** Whether this is the end of work that the user has cancelled. */
export function isCancelled(error: unknown): boolean {
  return (
    error instanceof vscode.CancellationError || errorData(error).diagnostics.some((d) => d.code === 'CAM606')
  );
}

/** Shows what went wrong and what to do about it, and offers the log. */
export function showError({ output }: Pick<Services, 'output'>, what: string, error: unknown): void {
  if (isCancelled(error)) return;
  const { message, diagnostics } = errorData(error);
  const first = diagnostics.find((d) => d.severity === 'error') ?? diagnostics[0];
  const text = first === undefined ? message : `${first.message} ${first.hint}`;
  const more = diagnostics.length > 1 ? vscode.l10n.t(' (and {0} more)', diagnostics.length - 1) : '';
  output.error(
    `${what} ${diagnostics.map((d) => `${d.code}: ${d.message} ${d.hint}`).join('\n') || message}`,
  );
  const showOutput = vscode.l10n.t('Show output');
  void vscode.window.showErrorMessage(`${what} ${text}${more}`, showOutput).then((choice) => {
    if (choice !== undefined) output.show();
  });
}

/** Says that the worker of a model has stopped, and what comes of it. */
export function tellWorkerStopped({ output }: Services, uri: string, reason: string, again: boolean): void {
  const name = basename(vscode.Uri.parse(uri).fsPath);
  const text = again
    ? vscode.l10n.t("The compiler's worker for {0} stopped ({1}) and was started again.", name, reason)
    : vscode.l10n.t("The compiler's worker for {0} stopped ({1}).", name, reason);
  output.warn(text);
  void vscode.window.showWarningMessage(text, vscode.l10n.t('Show output')).then((choice) => {
    if (choice !== undefined) output.show();
  });
}

/** Says that something needs a trusted workspace, and offers to trust it. Returns whether it is trusted. */
export function trusted(why: string): boolean {
  if (vscode.workspace.isTrusted) return true;
  const manage = vscode.l10n.t('Manage workspace trust');
  void vscode.window.showWarningMessage(why, manage).then((choice) => {
    if (choice !== undefined) void vscode.commands.executeCommand('workbench.trust.manage');
  });
  return false;
}
