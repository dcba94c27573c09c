/** Schedule and resources (in the panel) and heat maps (beside the editor). All show the active model. */
import * as vscode from 'vscode';
import { viewTypes } from '../../protocol/manifest/contributes.ts';
import type { Services } from '../services.ts';
import { connect } from './connect.ts';
import { html, webviewOptions, type ViewName } from './html.ts';

function viewProvider(services: Services, view: ViewName): vscode.WebviewViewProvider {
  const { extensionUri } = services.context;
  return {
    resolveWebviewView({ webview, onDidDispose }) {
      webview.options = webviewOptions(extensionUri);
      const connection = connect(services, webview, { kind: 'active' });
      onDidDispose(() => connection.dispose());
      webview.html = html(webview, extensionUri, view);
    },
  };
}

let heatMaps: vscode.WebviewPanel | undefined;

function fillHeatMaps(services: Services, panel: vscode.WebviewPanel): void {
  const { extensionUri } = services.context;
  heatMaps = panel;
  panel.webview.options = webviewOptions(extensionUri);
  const icon = (name: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, `media/icons/${name}.svg`);
  panel.iconPath = { light: icon('camber-light'), dark: icon('camber-dark') };
  const connection = connect(services, panel.webview, { kind: 'active' });
  panel.onDidDispose(() => {
    connection.dispose();
    heatMaps = undefined;
  });
  panel.webview.html = html(panel.webview, extensionUri, 'heatmaps');
}

export function showHeatMaps(services: Services): void {
  if (heatMaps) return heatMaps.reveal(undefined, true);
  const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  fillHeatMaps(
    services,
    vscode.window.createWebviewPanel(viewTypes.heatMaps, vscode.l10n.t('Heat Maps'), place, {
      enableScripts: true,
    }),
  );
}

export function registerPanels(services: Services): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.window.registerWebviewViewProvider(viewTypes.schedule, viewProvider(services, 'schedule')),
    vscode.window.registerWebviewViewProvider(viewTypes.resources, viewProvider(services, 'resources')),
    vscode.window.registerWebviewPanelSerializer(viewTypes.heatMaps, {
      async deserializeWebviewPanel(panel) {
        fillHeatMaps(services, panel);
      },
    }),
  );
}
