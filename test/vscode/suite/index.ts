/**
 * The extension from inside the extension host. The workspace is that of `makeWorkspace`; `reference/report.json` in it
 * holds the figures that the command line gives for the sample.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import * as format from '../../../src/protocol/format.ts';
import { commands } from '../../../src/protocol/manifest/commands.ts';
import {
  taskKinds,
  taskType,
  textExtension,
  textScheme,
  viewTypes,
} from '../../../src/protocol/manifest/contributes.ts';
import type { Report } from '../../../src/compiler/report/report.ts';
import { runHostTests, type HostTest } from './runner.ts';

const folder = (): vscode.Uri => vscode.workspace.workspaceFolders![0]!.uri;
const file = (name: string): vscode.Uri => vscode.Uri.joinPath(folder(), name);
const sample = (): vscode.Uri => file('tiny-resnet18.onnx');
const reference = (): Report =>
  JSON.parse(readFileSync(join(folder().fsPath, 'reference/report.json'), 'utf8')) as Report;

async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const end = Date.now() + 45_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`in vain waited for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const open = (uri: vscode.Uri): Thenable<unknown> =>
  vscode.commands.executeCommand('vscode.openWith', uri, viewTypes.editor);

async function openText(model: vscode.Uri): Promise<vscode.TextDocument> {
  await vscode.commands.executeCommand('camber.openAsText', model);
  return until('the text view', () => {
    const document = vscode.window.activeTextEditor?.document;
    return document?.uri.scheme === textScheme && document.lineCount > 1 ? document : undefined;
  });
}

function lineOf(document: vscode.TextDocument, node: string): number {
  const label = `[${JSON.stringify(node)}]`;
  for (let line = 0; line < document.lineCount; line++) {
    if (document.lineAt(line).text.includes(label)) return line;
  }
  throw new Error(`no line for node ${node}`);
}

/** Text of the hover on a node's line, without Markdown's escapes; undefined before the model is compiled. */
async function hoverOn(document: vscode.TextDocument, node: string): Promise<string | undefined> {
  const at = new vscode.Position(lineOf(document, node), 5);
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    at,
  );
  const text = hovers
    .flatMap((h) => h.contents)
    .map((c) => (c as vscode.MarkdownString).value)
    .join('\n')
    .replaceAll('\\', '');
  return text === '' || text.includes('not compiled') ? undefined : text;
}

async function diagnosed(uri: vscode.Uri, code: string): Promise<vscode.Diagnostic> {
  return until(`${code} on ${uri.path}`, () =>
    vscode.languages.getDiagnostics(uri).find((d) => d.code === code),
  );
}

const errorsOf = (uri: vscode.Uri): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(uri).filter((d) => d.severity === vscode.DiagnosticSeverity.Error);

/** Process of the language server, a child of this extension host; 0 where none runs. */
function serverProcess(): number {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = children.find((pid) => {
    try {
      const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return Number(parent) === process.pid && command.includes('dist/server/main.mjs');
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
  return Number(found ?? 0);
}

const tests: readonly HostTest[] = [
  {
    name: 'every command of the manifest is registered',
    async run() {
      await vscode.extensions.getExtension('camber.camber')!.activate();
      const known = new Set(await vscode.commands.getCommands(true));
      assert.deepEqual(
        Object.keys(commands).filter((c) => !known.has(c)),
        [],
      );
    },
  },
  {
    name: 'hovers on five layers tell the figures of the report',
    async run() {
      await open(sample());
      const document = await openText(sample());
      const { layers, cycles } = reference();
      const inference = layers.filter((l) => l.phase === 'inference' && l.nodes.length > 0);
      const five = [0, 5, 10, 15, inference.length - 1].map((i) => inference[i]!);
      for (const layer of five) {
        const text = await until('a hover', () => hoverOn(document, layer.nodes[0]!));
        const share = format.percent(layer.cycles / cycles.total);
        assert.ok(text.includes(`| Cycles | ${format.count(layer.cycles)} (${share} of all)`), text);
        assert.ok(text.includes(`| Utilisation | ${format.percent(layer.utilization)}`), text);
        assert.ok(text.includes(`| Starts at | cycle ${format.count(layer.start)}`), text);
      }
    },
  },
  {
    name: 'the text view has inlay hints, code lenses, an outline, folding, definitions',
    async run() {
      const document = await openText(sample());
      const all = new vscode.Range(0, 0, document.lineCount, 0);
      const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
        'vscode.executeInlayHintProvider',
        document.uri,
        all,
      );
      const inference = reference().layers.filter((l) => l.phase === 'inference');
      assert.deepEqual(
        hints.map((h) => h.label).sort(),
        inference.map((l) => `// ${format.cycles(l.cycles)}`).sort(),
      );
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
      );
      assert.ok(lenses.some((l) => l.command?.title === 'Set as GradCAM target'));
      const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
        'vscode.executeDocumentSymbolProvider',
        document.uri,
      );
      assert.ok(symbols[0]!.children.length > 40);
      const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
        'vscode.executeFoldingRangeProvider',
        document.uri,
      );
      assert.equal(folds.length, 3);
      const line = lineOf(document, '/stem/stem.2/Relu');
      const use = document.lineAt(line).text.indexOf('"/stem/stem.0/Conv_output_0"');
      const places = await vscode.commands.executeCommand<vscode.Location[]>(
        'vscode.executeDefinitionProvider',
        document.uri,
        new vscode.Position(line, use + 3),
      );
      assert.equal(places[0]!.range.start.line, lineOf(document, '/stem/stem.0/Conv'));
    },
  },
  {
    name: 'a target set by command is compiled, and the hover says so',
    async run() {
      const document = await openText(sample());
      const tensor = '/blocks/blocks.5/relu2/Relu_output_0';
      await vscode.commands.executeCommand('camber.setTarget', { uri: sample().toString(), tensor });
      const text = await until('the new target', async () => {
        const hover = await hoverOn(document, '/blocks/blocks.5/relu2/Relu');
        return hover?.includes('GradCAM target') ? hover : undefined;
      });
      assert.match(text, /Kept for the gradient \| /);
      const tensors = reference().target!.tensor;
      await vscode.commands.executeCommand('camber.setTarget', { uri: sample().toString(), tensor: tensors });
    },
  },
  {
    name: 'a file that is no model, and a truncated one, have a diagnostic',
    async run() {
      await open(file('broken.onnx'));
      const broken = await diagnosed(file('broken.onnx'), 'CAM101');
      assert.equal(broken.severity, vscode.DiagnosticSeverity.Error);
      await open(file('truncated.onnx'));
      await until('a diagnostic', () => vscode.languages.getDiagnostics(file('truncated.onnx'))[0]);
    },
  },
  {
    name: 'an unsupported operator is named, on its line in the text view too',
    async run() {
      await open(file('unsupported.onnx'));
      const found = await diagnosed(file('unsupported.onnx'), 'CAM201');
      assert.match(found.message, /Mystery/);
      const document = await openText(file('unsupported.onnx'));
      const onLine = await diagnosed(document.uri, 'CAM201');
      assert.match(document.lineAt(onLine.range.start.line).text, /Mystery/);
    },
  },
  {
    name: 'a model deleted while open says so, and the server goes on',
    async run() {
      await open(file('unsupported.onnx'));
      rmSync(file('unsupported.onnx').fsPath);
      await diagnosed(file('unsupported.onnx'), 'CAM604');
      assert.ok(await hoverOn(await openText(sample()), '/stem/stem.0/Conv'));
    },
  },
  {
    name: 'a model that is truncated and then mended while open is followed, in both its editors',
    async run() {
      const copy = file('followed.onnx');
      const bytes = readFileSync(sample().fsPath);
      writeFileSync(copy.fsPath, bytes);
      await open(copy);
      const document = await openText(copy);
      await until('its figures', () => hoverOn(document, '/stem/stem.0/Conv'));
      writeFileSync(copy.fsPath, bytes.subarray(0, 1000));
      await until('a diagnostic', () => errorsOf(copy)[0]);
      // What was known stays, and is said to be of earlier.
      assert.ok(document.getText().includes('/stem/stem.0/Conv'));
      writeFileSync(`${copy.fsPath}.new`, bytes);
      renameSync(`${copy.fsPath}.new`, copy.fsPath);
      await until('no diagnostic', () => (errorsOf(copy).length === 0 ? true : undefined));
      const hover = await until('its figures again', async () => {
        const text = await hoverOn(document, '/stem/stem.0/Conv');
        return text?.includes('compiled again') ? undefined : text;
      });
      assert.match(hover, /Cycles/);
    },
  },
  {
    name: 'the text follows a model that is replaced by another',
    async run() {
      const copy = file('followed.onnx');
      const document = await openText(copy);
      const before = document.getText();
      writeFileSync(copy.fsPath, readFileSync(file('other.onnx').fsPath));
      await until('another text', () => (document.getText() === before ? undefined : true));
      assert.ok(document.getText().includes('renamed'));
      rmSync(copy.fsPath);
      await diagnosed(copy, 'CAM604');
    },
  },
  {
    name: 'a language server that is killed is started again, and the models come back',
    async run() {
      const document = await openText(sample());
      await until('its figures', () => hoverOn(document, '/stem/stem.0/Conv'));
      const before = serverProcess();
      process.kill(before, 'SIGKILL');
      await until('another server', () => {
        const now = serverProcess();
        return now === before || now === 0 ? undefined : now;
      });
      const text = await until('its figures again', async () => {
        const hover = await hoverOn(document, '/stem/stem.0/Conv').catch(() => undefined);
        return hover?.includes('Cycles') && !hover.includes('compiled again') ? hover : undefined;
      });
      const layer = reference().layers.find((l) => l.nodes[0] === '/stem/stem.0/Conv')!;
      assert.ok(text.includes(`| Cycles | ${format.count(layer.cycles)} (`), text);
    },
  },
  {
    name: 'a text document goes by the ending that gives it its language',
    async run() {
      const document = await openText(sample());
      assert.ok(document.uri.path.endsWith(textExtension));
      assert.equal(document.languageId, 'onnx-text');
      assert.equal(existsSync(document.uri.fsPath), false);
    },
  },
  {
    name: 'a task that is stopped leaves no build behind, one that is not compiles the reference',
    async run() {
      const found = await vscode.tasks.fetchTasks({ type: taskType });
      const mine = found.filter(({ definition }) => definition['model'] === 'tiny-resnet18.onnx');
      assert.deepEqual(
        mine.map(({ definition }) => String(definition['task'])).sort(),
        [...taskKinds].sort(),
      );
      const compile = mine.find(({ definition }) => definition['task'] === 'compile')!;
      assert.equal(compile.group, vscode.TaskGroup.Build);
      const run = async (stop: boolean): Promise<number | undefined> => {
        const end = new Promise<number | undefined>((resolve) => {
          const subscription = vscode.tasks.onDidEndTaskProcess((event) => {
            if (event.execution.task.name !== compile.name) return;
            subscription.dispose();
            resolve(event.exitCode);
          });
        });
        // The editor ignores a stop of a task that it has not started yet.
        const started = new Promise<vscode.TaskExecution>((resolve) => {
          const subscription = vscode.tasks.onDidStartTask(({ execution }) => {
            if (execution.task.name !== compile.name) return;
            subscription.dispose();
            resolve(execution);
          });
        });
        await vscode.tasks.executeTask(compile);
        if (stop) (await started).terminate();
        return end;
      };
      const built = join(folder().fsPath, 'build/tiny-resnet18');
      rmSync(built, { recursive: true, force: true });
      // Of a target that is not compiled yet: what is known already is written sooner than the stop may come.
      const choose = (tensor: string): Thenable<unknown> =>
        vscode.commands.executeCommand('camber.setTarget', { uri: sample().toString(), tensor });
      await choose('/blocks/blocks.3/relu2/Relu_output_0');
      assert.notEqual(await run(true), 0);
      await choose(reference().target!.tensor);
      assert.equal(existsSync(built), false);
      assert.equal(await run(false), 0);
      const report = JSON.parse(readFileSync(join(built, 'report.json'), 'utf8')) as Report;
      assert.deepEqual(report.layers, reference().layers);
    },
  },
];

export const run = (): Promise<void> => runHostTests(tests);
