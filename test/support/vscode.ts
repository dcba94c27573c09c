/**
 * As much of the `vscode` module as the extension's own logic touches, for tests without a window (vitest.config.ts puts
 * it in the module's place). Events and cancellation are those of VS Code's JSON-RPC library, which has the same.
 */
import { posix } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CancellationTokenSource, Emitter } from 'vscode-languageserver/node';

export { CancellationTokenSource, Emitter as EventEmitter };

export class CancellationError extends Error {}

export class Disposable {
  constructor(readonly dispose: () => void) {}

  static from(...parts: readonly { dispose: () => void }[]): Disposable {
    return new Disposable(() => parts.forEach((part) => part.dispose()));
  }
}

/** Of files. */
export class Uri {
  private constructor(readonly fsPath: string) {}

  static file(path: string): Uri {
    return new Uri(path);
  }

  static parse(text: string): Uri {
    return new Uri(fileURLToPath(text));
  }

  static joinPath({ fsPath }: Uri, ...parts: readonly string[]): Uri {
    return new Uri(posix.join(fsPath, ...parts));
  }

  get path(): string {
    return this.fsPath;
  }

  toString(): string {
    return pathToFileURL(this.fsPath).href;
  }
}

export const l10n = {
  t: (text: string, ...values: readonly unknown[]): string =>
    text.replace(/\{(\d+)\}/g, (_, i: string) => String(values[Number(i)])),
};

export const ProgressLocation = { Notification: 15 };

export const window = {
  async withProgress<T>(
    _: unknown,
    work: (progress: { report: () => void }, token: unknown) => Promise<T>,
  ): Promise<T> {
    return work({ report: () => undefined }, new CancellationTokenSource().token);
  },
};

export const workspace = {
  isTrusted: true,
  getConfiguration: () => ({ get: (_: string, fallback: unknown) => fallback }),
};

export const TaskGroup = { Build: 'build', Test: 'test' };

export class CustomExecution {
  constructor(readonly start: () => Promise<unknown>) {}
}

export class Task {
  constructor(
    readonly definition: unknown,
    readonly scope: unknown,
    readonly name: string,
    readonly source: string,
    readonly execution: unknown,
  ) {}
}

/** The task providers that were registered, by type. */
export const taskProviders = new Map<string, unknown>();

export const tasks = {
  registerTaskProvider(type: string, provider: unknown): Disposable {
    taskProviders.set(type, provider);
    return new Disposable(() => taskProviders.delete(type));
  },
};
