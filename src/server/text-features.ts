/** Connects the text view's language features to the Language Server Protocol. */
import type { Connection, Location, Range } from 'vscode-languageserver';
import * as features from './features/text.ts';
import type { ModelStore } from './store.ts';
import { modelOf } from './uris.ts';

export interface TextDocumentEvents {
  readonly opened: (model: string, document: string) => void;
  readonly closed: (model: string, document: string) => void;
}

export function registerTextFeatures(
  connection: Connection,
  store: ModelStore,
  events: TextDocumentEvents,
): void {
  /** Calls a feature with the model that a document shows; nothing where it is not open or not readable. */
  const on = async <T>(document: string, feature: (view: features.TextView) => T): Promise<T | null> => {
    const uri = modelOf(document);
    const model = uri === undefined ? undefined : store.find(uri);
    await model?.read();
    if (!model?.form) return null;
    return feature({ form: model.form, state: model.state });
  };
  const at = (uri: string, ranges: readonly Range[]): Location[] => ranges.map((range) => ({ uri, range }));

  connection.onDidOpenTextDocument(({ textDocument }) => {
    const uri = modelOf(textDocument.uri);
    if (uri !== undefined) events.opened(uri, textDocument.uri);
  });
  connection.onDidCloseTextDocument(({ textDocument }) => {
    const uri = modelOf(textDocument.uri);
    if (uri !== undefined) events.closed(uri, textDocument.uri);
  });

  connection.onHover(({ textDocument, position }) =>
    on(textDocument.uri, (view) => features.hover(view, position)).then((found) => found ?? null),
  );
  connection.languages.inlayHint.on(({ textDocument, range }) =>
    on(textDocument.uri, (view) => features.inlayHints(view, range)),
  );
  connection.onCodeLens(({ textDocument }) => on(textDocument.uri, features.codeLenses));
  connection.onDocumentSymbol(({ textDocument }) => on(textDocument.uri, features.documentSymbols));
  connection.onFoldingRanges(({ textDocument }) => on(textDocument.uri, features.foldingRanges));
  connection.onDocumentHighlight(({ textDocument, position }) =>
    on(textDocument.uri, (view) => features.highlights(view, position)),
  );
  connection.onDefinition(({ textDocument, position }) =>
    on(textDocument.uri, (view) => at(textDocument.uri, features.definition(view, position))),
  );
  connection.onReferences(({ textDocument, position, context }) =>
    on(textDocument.uri, (view) =>
      at(textDocument.uri, features.references(view, position, context.includeDeclaration)),
    ),
  );
}
