/** The builds in the workspace: what each is of, and what has been done with it since it was compiled. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { SynthesisView, VerifyView } from '../protocol/views.ts';

/** What was done with a build; forgotten as soon as it is compiled anew. */
export interface BuildRecord {
  readonly verified?: Pick<VerifyView, 'passed' | 'simulator' | 'valuesCompared'>;
  readonly synthesised?: Pick<SynthesisView, 'part' | 'fits' | 'synthesized'>;
}

export interface Build {
  readonly folder: string;
  /** Name of the model, without `.onnx`. */
  readonly model: string;
  /** Read from its report. */
  readonly array: string;
  readonly part: string;
  readonly cycles: { readonly inference: number; readonly explanation: number; readonly overhead: number };
  readonly estimated: SynthesisView['estimated'];
  readonly record: BuildRecord;
}

interface Stored {
  readonly hash: string;
  readonly record: BuildRecord;
}

const manifestFile = 'build.json';
const key = (folder: string): string => `build:${folder}`;

interface ReportFields {
  readonly model: { readonly name: string };
  readonly array: { readonly rows: number; readonly columns: number };
  readonly device: { readonly part: string };
  readonly cycles: Build['cycles'];
  readonly resources: { readonly estimated: Build['estimated'] };
}

export class Builds implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #watcher = vscode.workspace.createFileSystemWatcher(`**/${manifestFile}`);
  readonly onChanged = this.#changed.event;

  constructor(private readonly memory: vscode.Memento) {
    for (const event of ['onDidCreate', 'onDidChange', 'onDidDelete'] as const) {
      this.#watcher[event](() => this.#changed.fire());
    }
  }

  /** Has every view look again. */
  refresh(): void {
    this.#changed.fire();
  }

  /** The builds in the workspace, by folder. */
  async list(): Promise<readonly Build[]> {
    const files = await vscode.workspace.findFiles(`**/${manifestFile}`, '**/node_modules/**', 500);
    const builds = await Promise.all(files.map((file) => this.read(dirname(file.fsPath))));
    return builds.filter((b) => b !== undefined).sort((a, b) => a.folder.localeCompare(b.folder));
  }

  /** A build; undefined where the folder holds none that can be read. */
  async read(folder: string): Promise<Build | undefined> {
    try {
      const manifest = await readFile(join(folder, manifestFile));
      const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as ReportFields;
      const { model, array, device, cycles, resources } = report;
      return {
        folder,
        model: model.name,
        array: `${array.rows}x${array.columns}`,
        part: device.part,
        cycles,
        estimated: resources.estimated,
        record: this.#record(folder, manifest),
      };
    } catch {
      // Another tool's build.json, or a build that is just being written.
      return undefined;
    }
  }

  /** Adds what has been done with a build. */
  async note(folder: string, done: BuildRecord): Promise<void> {
    const manifest = await readFile(join(folder, manifestFile));
    const stored: Stored = { hash: hashOf(manifest), record: { ...this.#record(folder, manifest), ...done } };
    await this.memory.update(key(folder), stored);
    this.#changed.fire();
  }

  dispose(): void {
    this.#watcher.dispose();
    this.#changed.dispose();
  }

  #record(folder: string, manifest: Uint8Array): BuildRecord {
    const stored = this.memory.get<Stored>(key(folder));
    return stored?.hash === hashOf(manifest) ? stored.record : {};
  }
}

const hashOf = (manifest: Uint8Array): string => createHash('sha256').update(manifest).digest('hex');
