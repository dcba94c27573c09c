/** The text view: a read-only document; its language features come from the server. */
import * as vscode from 'vscode';
import { textExtension, textScheme } from '../../protocol/manifest/contributes.ts';
import type { Services } from '../services.ts';
import { TextFiles } from './text-files.ts';

/** The text document of a model file. */
export function textUri(model: vscode.Uri): vscode.Uri {
  return vscode.Uri.from({
    scheme: textScheme,
    path: model.path.replace(/(\.onnx)?$/i, textExtension),
    query: model.toString(),
  });
}

/** The model file that a text document shows. */
export function modelUri(document: vscode.Uri): string | undefined {
  return document.scheme === textScheme ? document.query : undefined;
}

/** The node a line stands for, read from its name in brackets. */
function nodeOnLine(line: string): string | undefined {
  const name = /^\s*\[("(?:[^"\\]|\\.)*"|\w+)\]/.exec(line)?.[1];
  return name?.startsWith('"') ? (JSON.parse(name) as string) : name;
}

function lineOfNode(document: vscode.TextDocument, node: string): number | undefined {
  for (let line = 0; line < document.lineCount; line++) {
    if (nodeOnLine(document.lineAt(line).text) === node) return line;
  }
  return undefined;
}

/** Shows the nodes rather than the initializers before them, unless the reader has been elsewhere already. */
export function revealNodes(editor: vscode.TextEditor): void {
  if (!editor.selection.isEmpty || editor.selection.active.line > 0) return;
  for (let line = 0; line < editor.document.lineCount; line++) {
    const { text, range } = editor.document.lineAt(line);
    if (nodeOnLine(text) === undefined) continue;
    editor.selection = new vscode.Selection(range.start, range.start);
    editor.revealRange(range, vscode.TextEditorRevealType.AtTop);
    return;
  }
}

export function registerTextView(services: Services): vscode.Disposable {
  const { models } = services;
  const held = new Set<string>();
  const files = new TextFiles(services, {
    model: (document) => modelUri(document)!,
    async hold(model) {
      // After a reload this may be the first thing that is known of the model.
      if (models.active === undefined) models.activate(model);
      if (held.has(model)) return;
      held.add(model);
      await models.open(model);
    },
  });

  const followSelection = ({ textEditor, kind }: vscode.TextEditorSelectionChangeEvent): void => {
    const uri = modelUri(textEditor.document.uri);
    if (uri === undefined || kind === undefined) return;
    const node = nodeOnLine(textEditor.document.lineAt(textEditor.selection.active.line).text);
    if (node !== undefined) models.select(uri, node);
  };

  const revealSelection = (uri: string, layer: string | undefined): void => {
    for (const editor of vscode.window.visibleTextEditors) {
      if (modelUri(editor.document.uri) !== uri || layer === undefined) continue;
      const line = lineOfNode(editor.document, layer);
      if (line === undefined || line === editor.selection.active.line) continue;
      editor.selection = new vscode.Selection(line, 0, line, 0);
      editor.revealRange(
        editor.document.lineAt(line).range,
        vscode.TextEditorRevealType.InCenterIfOutsideViewport,
      );
    }
  };

  return vscode.Disposable.from(
    files,
    vscode.workspace.registerFileSystemProvider(textScheme, files, {
      isCaseSensitive: true,
      isReadonly: new vscode.MarkdownString(vscode.l10n.t('The text of a model is read-only.')),
    }),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      const model = modelUri(uri);
      if (model === undefined || !held.delete(model)) return;
      files.closed(model);
      void models.close(model).catch(() => undefined);
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      const model = editor && modelUri(editor.document.uri);
      if (model !== undefined) models.activate(model);
    }),
    vscode.window.onDidChangeTextEditorSelection(followSelection),
    models.onSelectionChanged(({ uri, layer }) => revealSelection(uri, layer)),
    models.onStateChanged(({ uri, revision }) => {
      if (held.has(uri)) files.update(textUri(vscode.Uri.parse(uri)), uri, revision);
    }),
  );
}
