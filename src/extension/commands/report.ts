/** Shows a build's report in the editor: the file as it is, without scripts. */
import * as vscode from 'vscode';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`;

export async function showReport(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'report.html'), 'utf8');
  const title = vscode.l10n.t('Report: {0}', basename(folder));
  const panel = vscode.window.createWebviewPanel('camber.report', title, vscode.ViewColumn.Active, {
    enableFindWidget: true,
  });
  panel.webview.html = text.includes('<head>')
    ? text.replace('<head>', `<head>${policy}`)
    : `${policy}${text}`;
}
