/** The page of a webview: strict content security policy, a nonce, bundled script and styles, nothing inline. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Preferences } from '../../protocol/webview.ts';

export type ViewName = 'graph' | 'schedule' | 'resources' | 'heatmaps';

const titles: Readonly<Record<ViewName, string>> = {
  graph: vscode.l10n.t('Layer graph'),
  schedule: vscode.l10n.t('Schedule'),
  resources: vscode.l10n.t('Resources'),
  heatmaps: vscode.l10n.t('Heat maps'),
};

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' };
const attribute = (text: string): string => text.replace(/[&"<>]/g, (c) => escapes[c]!);

export function webviewOptions(extension: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extension, 'dist/webview')] };
}

export function html(
  webview: vscode.Webview,
  extension: vscode.Uri,
  view: ViewName,
  preferences: Preferences = {},
): string {
  const nonce = randomBytes(16).toString('base64url');
  const file = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist/webview', name)).toString();
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
    // The graph's layout runs in a worker made from the page's own script.
    `worker-src blob:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${attribute(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${nonce}">
<link rel="stylesheet" href="${file('codicon.css')}">
<link rel="stylesheet" href="${file(`${view}.css`)}">
<title>${titles[view]}</title>
</head>
<body>
<main id="root" aria-label="${titles[view]}" data-preferences="${attribute(JSON.stringify(preferences))}" data-texts="${attribute(JSON.stringify(vscode.l10n.bundle ?? {}))}"></main>
<script type="module" nonce="${nonce}" src="${file(`${view}.js`)}"></script>
</body>
</html>`;
}
