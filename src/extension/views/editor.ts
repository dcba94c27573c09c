/** The custom editor for `*.onnx`: the layer graph, read-only. The file's bytes never come here. */
import * as vscode from 'vscode';
import { viewTypes } from '../../protocol/manifest/contributes.ts';
import { showError } from '../notify.ts';
import type { Services } from '../services.ts';
import { connect } from './connect.ts';
import { html, webviewOptions } from './html.ts';
import * as preferences from './preferences.ts';

class GraphEditor implements vscode.CustomReadonlyEditorProvider {
  constructor(private readonly services: Services) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    const { models } = this.services;
    const key = uri.toString();
    models
      .open(key)
      .catch((error: unknown) =>
        showError(this.services, vscode.l10n.t('The model cannot be opened.'), error),
      );
    return { uri, dispose: () => void models.close(key).catch(() => undefined) };
  }

  resolveCustomEditor(document: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    const { models, context } = this.services;
    const uri = document.uri.toString();
    panel.webview.options = webviewOptions(context.extensionUri);
    const connection = connect(this.services, panel.webview, { kind: 'own', uri });
    panel.onDidDispose(() => connection.dispose());
    panel.onDidChangeViewState(() => {
      if (panel.active) models.activate(uri);
    });
    if (panel.active || models.active === undefined) models.activate(uri);
    panel.webview.html = html(panel.webview, context.extensionUri, 'graph', preferences.read(context));
  }
}

export function registerEditor(services: Services): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(viewTypes.editor, new GraphEditor(services), {
    supportsMultipleEditorsPerDocument: true,
  });
}
