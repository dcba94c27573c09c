/** Tasks of type `camber`: compile, verify and synthesise without questions, for task lists and `preLaunchTask`. */
import * as vscode from 'vscode';
import { basename } from 'node:path';
import { errorData } from '../protocol/channel.ts';
import { taskKinds, taskType, type TaskKind } from '../protocol/manifest/contributes.ts';
import type { Diagnostic } from '../protocol/views.ts';
import { buildFolder } from './build-folder.ts';
import { build } from './commands/compile.ts';
import { modelFiles, withModel } from './commands/subject.ts';
import { outcome, runSynthesis } from './commands/synthesise.ts';
import { allowed, needsTrust, runVerification, verdict } from './commands/verify.ts';
import type { JobWatch } from './jobs.ts';
import { isCancelled } from './notify.ts';
import type { Services } from './services.ts';

interface Definition extends vscode.TaskDefinition {
  readonly task: TaskKind;
  readonly model: string;
}

interface Kind {
  readonly group: vscode.TaskGroup | undefined;
  readonly title: (model: string) => string;
  /** Does the work, tells its stages, and gives the closing line; throws where it fails. */
  readonly run: (services: Services, uri: string, watch: Required<JobWatch>) => Promise<string>;
}

/** A line that the problem matcher `$camber` reads. */
const problemLine = (file: string, { severity, code, message, hint }: Diagnostic): string =>
  `${file}: ${severity} ${code}: ${message} ${hint}`.replaceAll('\n', ' ');

const kinds: Readonly<Record<TaskKind, Kind>> = {
  compile: {
    group: vscode.TaskGroup.Build,
    title: (model) => vscode.l10n.t('Compile {0}', model),
    async run(services, uri, watch) {
      const { folder, diagnostics } = await build(services, uri, watch);
      for (const problem of diagnostics) watch.onStage(problemLine(vscode.Uri.parse(uri).fsPath, problem));
      return vscode.l10n.t('Compiled to {0}', folder);
    },
  },
  verify: {
    group: vscode.TaskGroup.Test,
    title: (model) => vscode.l10n.t('Verify the RTL of {0}', model),
    async run(services, uri, watch) {
      if (!allowed(uri)) throw new Error(needsTrust());
      const result = await runVerification(services, uri, buildFolder(uri), watch);
      if (!result.passed) throw new Error(verdict(result));
      return verdict(result);
    },
  },
  synthesise: {
    group: undefined,
    title: (model) => vscode.l10n.t('Synthesise {0}', model),
    run: async (services, uri, watch) => outcome(await runSynthesis(services, uri, buildFolder(uri), watch)),
  },
};

/** A terminal that shows the work's stages; closing it cancels. */
class Terminal implements vscode.Pseudoterminal {
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<number>();
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;
  readonly #stop = new vscode.CancellationTokenSource();

  constructor(
    private readonly services: Services,
    private readonly uri: string,
    private readonly task: TaskKind,
  ) {}

  open(): void {
    void this.#run();
  }

  close(): void {
    this.#stop.cancel();
  }

  async #run(): Promise<void> {
    const { services, uri, task } = this;
    const tell = (line: string): void => this.#written.fire(`${line}\r\n`);
    const watch = { onStage: tell, stop: this.#stop.token };
    try {
      tell(await withModel(services, uri, () => kinds[task].run(services, uri, watch)));
      this.#closed.fire(0);
    } catch (error) {
      const { message, diagnostics } = errorData(error);
      const file = vscode.Uri.parse(uri).fsPath;
      // Nothing is wrong with a model whose build was stopped: the problem matcher gets no line.
      if (isCancelled(error)) tell(vscode.l10n.t('Cancelled'));
      else if (diagnostics.length === 0) tell(message);
      else for (const problem of diagnostics) tell(problemLine(file, problem));
      this.#closed.fire(1);
    }
  }
}

function taskOf(services: Services, definition: Definition, scope: vscode.WorkspaceFolder): vscode.Task {
  const { group, title } = kinds[definition.task];
  const uri = vscode.Uri.joinPath(scope.uri, definition.model).toString();
  const execution = new vscode.CustomExecution(async () => new Terminal(services, uri, definition.task));
  const task = new vscode.Task(
    definition,
    scope,
    title(basename(definition.model)),
    taskType,
    execution,
    `$${taskType}`,
  );
  if (group) task.group = group;
  return task;
}

export function registerTasks(services: Services): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(taskType, {
    async provideTasks() {
      const files = await modelFiles();
      return files.flatMap((file) => {
        const scope = vscode.workspace.getWorkspaceFolder(file);
        if (!scope) return [];
        const model = vscode.workspace.asRelativePath(file, false);
        return taskKinds.map((task) => taskOf(services, { type: taskType, task, model }, scope));
      });
    },
    resolveTask({ definition, scope }) {
      const { task, model } = definition as Partial<Definition>;
      if (typeof scope !== 'object' || typeof model !== 'string') return undefined;
      if (task === undefined || !taskKinds.includes(task)) return undefined;
      return taskOf(services, definition as Definition, scope);
    },
  });
}
