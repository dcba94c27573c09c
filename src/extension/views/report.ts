/**
 * Shows a build's report in the editor: the file as it is. Nothing of it runs; the one script is the view's own, which
 * remembers the folder over a reload of the window.
 */
import * as vscode from 'vscode';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { viewTypes } from '../../protocol/manifest/contributes.ts';

/** Open reports, by the folder of their build. */
const shown = new Map<string, vscode.WebviewPanel>();

const titleOf = (folder: string): string => vscode.l10n.t('Report: {0}', basename(folder));

async function page(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'report.html'), 'utf8');
  const nonce = randomBytes(16).toString('base64url');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'nonce-${nonce}'`;
  const state = JSON.stringify({ folder }).replaceAll('<', '\\u003c');
  const head =
    `<meta http-equiv="Content-Security-Policy" content="${policy}">` +
    `<script nonce="${nonce}">acquireVsCodeApi().setState(${state});</script>`;
  return text.includes('<head>') ? text.replace('<head>', () => `<head>${head}`) : `${head}${text}`;
}

function fill(panel: vscode.WebviewPanel, folder: string, html: string): void {
  shown.set(folder, panel);
  panel.onDidDispose(() => shown.delete(folder));
  panel.webview.options = { enableScripts: true, localResourceRoots: [] };
  panel.webview.html = html;
}

export async function showReport(folder: string): Promise<void> {
  const html = await page(folder);
  const open = shown.get(folder);
  if (open) {
    // It may have been compiled anew since.
    open.webview.html = html;
    return open.reveal();
  }
  const options = { enableFindWidget: true };
  const place = vscode.ViewColumn.Active;
  fill(vscode.window.createWebviewPanel(viewTypes.report, titleOf(folder), place, options), folder, html);
}

export function registerReports(): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(viewTypes.report, {
    async deserializeWebviewPanel(panel, state: { folder?: string } | undefined) {
      try {
        const folder = state?.folder ?? '';
        fill(panel, folder, await page(folder));
      } catch {
        // The build has been removed meanwhile.
        panel.dispose();
      }
    },
  });
}
