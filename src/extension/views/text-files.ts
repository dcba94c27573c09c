/**
 * The text views as files of a file system of their own, which nothing can be written to. Files rather than documents
 * made on demand (`TextDocumentContentProvider`): the editor opens those again after a reload of the window.
 */
import * as vscode from 'vscode';
import { errorData } from '../../protocol/channel.ts';
import type { Services } from '../services.ts';

export interface TextFilesHost {
  /** The model file that a text document shows. */
  readonly model: (document: vscode.Uri) => string;
  /** The text is wanted: the model is to be held open from now on, until the document is closed. */
  readonly hold: (model: string) => Promise<void>;
}

/** What stands in the document when the model cannot be read: the reasons, and what to do. */
function problems(error: unknown): string {
  const { message, diagnostics } = errorData(error);
  const lines = diagnostics.flatMap((d) => [`# ${d.code}: ${d.message}`, `#   ${d.hint}`]);
  return [`# ${message}`, ...lines, ''].join('\n');
}

const refused = (): never => {
  throw vscode.FileSystemError.NoPermissions(vscode.l10n.t('The text of a model is read-only.'));
};

export class TextFiles implements vscode.FileSystemProvider {
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  /** What each document shows, by its model: the revision of the file (0 where that cannot be read), and bytes of text. */
  readonly #shown = new Map<string, { readonly revision: number; readonly size: number }>();
  readonly createDirectory = refused;
  readonly writeFile = refused;
  readonly delete = refused;
  readonly rename = refused;

  constructor(
    private readonly services: Services,
    private readonly host: TextFilesHost,
  ) {}

  async stat(document: vscode.Uri): Promise<vscode.FileStat> {
    const model = this.host.model(document);
    const shown = this.#shown.get(model);
    // The text stays while the model is deleted or cannot be read.
    const { mtime } = shown
      ? { mtime: shown.revision }
      : await vscode.workspace.fs.stat(vscode.Uri.parse(model));
    return { type: vscode.FileType.File, ctime: 0, mtime, size: shown?.size ?? 0 };
  }

  async readFile(document: vscode.Uri): Promise<Uint8Array> {
    const model = this.host.model(document);
    const { text, revision } = await this.#text(model);
    const bytes = new TextEncoder().encode(text);
    this.#shown.set(model, { revision, size: bytes.byteLength });
    return bytes;
  }

  /** The document's model has this revision now: the text is read again where it shows another. */
  update(document: vscode.Uri, model: string, revision: number): void {
    const shown = this.#shown.get(model);
    if (shown === undefined || revision <= shown.revision) return;
    // Told apart from what is shown by its date.
    this.#shown.set(model, { ...shown, revision });
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri: document }]);
  }

  closed(model: string): void {
    this.#shown.delete(model);
  }

  /** Changes are told of every text that is open. */
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #text(model: string): Promise<{ text: string; revision: number }> {
    try {
      await this.host.hold(model);
      return await this.services.server.ask('camber/text', { uri: model });
    } catch (error) {
      return { text: problems(error), revision: 0 };
    }
  }
}
