/** The activity bar's view: the models of the workspace, each with its builds and what was done with them. */
import * as vscode from 'vscode';
import { basename, dirname } from 'node:path';
import * as format from '../../protocol/format.ts';
import { viewTypes } from '../../protocol/manifest/contributes.ts';
import type { Build } from '../builds.ts';
import { modelFiles } from '../commands/subject.ts';
import type { Services } from '../services.ts';

/** What commands of the view's menus are called with: see `CommandArgument`. */
interface ModelNode {
  readonly uri: string;
  readonly builds: readonly Build[];
}

interface BuildNode {
  readonly uri: string;
  readonly folder: string;
  readonly build: Build;
}

type Node = ModelNode | BuildNode;

const modelName = (uri: vscode.Uri): string => basename(uri.fsPath).replace(/\.onnx$/i, '');

/** How many leading folders two paths share: a build belongs to the nearest model of its name. */
function nearness(a: string, b: string): number {
  const [x, y] = [a, b].map((path) => path.split(/[\\/]/));
  const end = x!.findIndex((part, i) => part !== y![i]);
  return end < 0 ? x!.length : end;
}

function nodesOf(files: readonly vscode.Uri[], builds: readonly Build[]): ModelNode[] {
  const owner = (build: Build): vscode.Uri | undefined =>
    files
      .filter((file) => modelName(file) === build.model)
      .sort(
        (a, b) => nearness(dirname(b.fsPath), build.folder) - nearness(dirname(a.fsPath), build.folder),
      )[0];
  return files.map((file) => ({
    uri: file.toString(),
    builds: builds.filter((build) => owner(build) === file),
  }));
}

function states({ record }: Build): readonly string[] {
  const { verified, synthesised } = record;
  return [
    ...(verified ? [verified.passed ? vscode.l10n.t('verified') : vscode.l10n.t('RTL differs')] : []),
    ...(synthesised ? [vscode.l10n.t('synthesised')] : []),
  ];
}

function buildIcon({ record: { verified } }: Build): vscode.ThemeIcon {
  if (verified === undefined) return new vscode.ThemeIcon('circuit-board');
  return verified.passed
    ? new vscode.ThemeIcon('verified-filled', new vscode.ThemeColor('testing.iconPassed'))
    : new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
}

function buildTooltip(build: Build): vscode.MarkdownString {
  const { cycles, record, array, part, folder } = build;
  const { verified, synthesised } = record;
  const lines = [
    `**${folder}**`,
    vscode.l10n.t('{0} array on {1}', array, part),
    vscode.l10n.t(
      '{0} inference, {1} explanation ({2})',
      format.cycles(cycles.inference),
      format.cycles(cycles.explanation),
      format.added(cycles.overhead),
    ),
    verified === undefined
      ? vscode.l10n.t('Not verified yet')
      : verified.passed
        ? vscode.l10n.t(
            'Verified: {0} values equal ({1})',
            format.count(verified.valuesCompared),
            verified.simulator,
          )
        : vscode.l10n.t('The RTL differs from its model ({0})', verified.simulator),
    synthesised === undefined
      ? vscode.l10n.t('Not synthesised yet')
      : vscode.l10n.t(
          'Synthesised: LUT {0}, DSP {1}, block RAM {2}',
          format.count(synthesised.synthesized.lut),
          format.count(synthesised.synthesized.dsp),
          format.resource(synthesised.synthesized.bram36),
        ),
  ];
  return new vscode.MarkdownString(lines.join('\n\n'));
}

class ModelsTree implements vscode.TreeDataProvider<Node> {
  constructor(
    private readonly services: Services,
    readonly onDidChangeTreeData: vscode.Event<void>,
  ) {}

  async getChildren(node?: Node): Promise<Node[]> {
    if (node === undefined) {
      const [files, builds] = await Promise.all([modelFiles(), this.services.builds.list()]);
      void vscode.commands.executeCommand('setContext', 'camber.noModels', files.length === 0);
      return nodesOf(files, builds);
    }
    if ('build' in node) return [];
    return node.builds.map((build) => ({ uri: node.uri, folder: build.folder, build }));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return 'build' in node ? this.#build(node) : this.#model(node);
  }

  #model({ uri, builds }: ModelNode): vscode.TreeItem {
    const file = vscode.Uri.parse(uri);
    const collapsible = builds.length > 0 ? 'Expanded' : 'None';
    const item = new vscode.TreeItem(basename(file.fsPath), vscode.TreeItemCollapsibleState[collapsible]);
    const compiled = this.services.models.state(uri)?.compiled;
    const folder = dirname(vscode.workspace.asRelativePath(file));
    // The editor remembers what was collapsed by id: the first build opens the model anew.
    item.id = `${uri} ${collapsible}`;
    item.contextValue = 'camber-model';
    item.iconPath = new vscode.ThemeIcon('type-hierarchy-sub');
    item.description = compiled
      ? `${format.cycles(compiled.cycles.inference)} · ${format.added(compiled.cycles.overhead)}`
      : folder === '.'
        ? ''
        : folder;
    item.tooltip = file.fsPath;
    item.command = { command: 'camber.openAsGraph', title: vscode.l10n.t('Open'), arguments: [{ uri }] };
    return item;
  }

  #build({ build, uri }: BuildNode): vscode.TreeItem {
    const item = new vscode.TreeItem(vscode.workspace.asRelativePath(build.folder));
    item.id = `${uri} ${build.folder}`;
    item.contextValue = 'camber-build';
    item.iconPath = buildIcon(build);
    item.description = [build.array, build.part, ...states(build)].join(' · ');
    item.tooltip = buildTooltip(build);
    item.accessibilityInformation = { label: `${String(item.label)}, ${item.description}` };
    item.command = {
      command: 'camber.showReport',
      title: vscode.l10n.t('Show report'),
      arguments: [{ uri, folder: build.folder }],
    };
    return item;
  }
}

export function registerModelsTree(services: Services): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const watcher = vscode.workspace.createFileSystemWatcher('**/*.onnx', false, true, false);
  const refresh = (): void => changed.fire();
  const tree = new ModelsTree(services, changed.event);
  return vscode.Disposable.from(
    changed,
    watcher,
    watcher.onDidCreate(refresh),
    watcher.onDidDelete(refresh),
    services.builds.onChanged(refresh),
    services.models.onStateChanged(({ status }) => {
      if (status.kind !== 'working') refresh();
    }),
    vscode.window.createTreeView(viewTypes.models, { treeDataProvider: tree, showCollapseAll: true }),
  );
}
