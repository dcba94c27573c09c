/** The text view: a read-only virtual document; its language features come from the server. */
import * as vscode from 'vscode';
import { errorData } from '../../protocol/channel.ts';
import { textExtension, textScheme } from '../../protocol/manifest/contributes.ts';
import type { Services } from '../services.ts';

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

/** What stands in the document when the model cannot be read: the reasons, and what to do. */
function problems(error: unknown): string {
  const { message, diagnostics } = errorData(error);
  const lines = diagnostics.flatMap((d) => [`# ${d.code}: ${d.message}`, `#   ${d.hint}`]);
  return [`# ${message}`, ...lines, ''].join('\n');
}

export function registerTextView(services: Services): vscode.Disposable {
  const { models, server } = services;
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const held = new Set<string>();
  /** Revision of the file that each document shows. */
  const shown = new Map<string, number>();

  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changed.event,
    async provideTextDocumentContent(document) {
      const uri = modelUri(document)!;
      try {
        if (!held.has(uri)) {
          held.add(uri);
          await models.open(uri);
        }
        const { text, revision } = await server.ask('camber/text', { uri });
        shown.set(uri, revision);
        return text;
      } catch (error) {
        return problems(error);
      }
    },
  };

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
    changed,
    vscode.workspace.registerTextDocumentContentProvider(textScheme, provider),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      const model = modelUri(uri);
      if (model === undefined || !held.delete(model)) return;
      shown.delete(model);
      void models.close(model).catch(() => undefined);
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      const model = editor && modelUri(editor.document.uri);
      if (model !== undefined) models.activate(model);
    }),
    vscode.window.onDidChangeTextEditorSelection(followSelection),
    models.onSelectionChanged(({ uri, layer }) => revealSelection(uri, layer)),
    models.onStateChanged((state) => {
      if (held.has(state.uri) && state.revision > (shown.get(state.uri) ?? state.revision)) {
        changed.fire(textUri(vscode.Uri.parse(state.uri)));
      }
    }),
  );
}
