/** Shows a build's report in the editor: the file as it is, without scripts. */
import * as vscode from 'vscode';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`;

export async function showReport(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const title = `Report: ${basename(dirname(file))}`;
  const panel = vscode.window.createWebviewPanel('camber.report', title, vscode.ViewColumn.Active, {
    enableFindWidget: true,
  });
  panel.webview.html = text.includes('<head>')
    ? text.replace('<head>', `<head>${policy}`)
    : `${policy}${text}`;
}
