/** Problems of commands, told in one way. */
import * as vscode from 'vscode';
import { basename } from 'node:path';
import { errorData } from '../protocol/channel.ts';
import type { Services } from './services.ts';

/** Shows what went wrong and what to do about it, and offers the log. */
export function showError({ output }: Services, what: string, error: unknown): void {
  if (error instanceof vscode.CancellationError) return;
  const { message, diagnostics } = errorData(error);
  if (diagnostics.some((d) => d.code === 'CAM606')) return;
  const first = diagnostics.find((d) => d.severity === 'error') ?? diagnostics[0];
  const text = first === undefined ? message : `${first.message} ${first.hint}`;
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : '';
  output.error(
    `${what} ${diagnostics.map((d) => `${d.code}: ${d.message} ${d.hint}`).join('\n') || message}`,
  );
  void vscode.window.showErrorMessage(`${what} ${text}${more}`, 'Show output').then((choice) => {
    if (choice !== undefined) output.show();
  });
}

/** Says that the worker of a model has stopped, and what comes of it. */
export function tellWorkerStopped({ output }: Services, uri: string, reason: string, again: boolean): void {
  const name = basename(vscode.Uri.parse(uri).fsPath);
  const text = `The compiler's worker for ${name} stopped (${reason})${again ? ' and was started again.' : '.'}`;
  output.warn(text);
  void vscode.window.showWarningMessage(text, 'Show output').then((choice) => {
    if (choice !== undefined) output.show();
  });
}
