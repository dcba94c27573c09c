/** Every command of the manifest, and what it does. */
import * as vscode from 'vscode';
import { viewTypes } from '../../protocol/manifest/contributes.ts';
import { commands, type CommandId } from '../../protocol/manifest/commands.ts';
import { showError } from '../notify.ts';
import type { Services } from '../services.ts';
import { showHeatMaps } from '../views/panels.ts';
import { showReport } from '../views/report.ts';
import { revealNodes, textUri } from '../views/text.ts';
import { existingBuild } from './build.ts';
import { pickers } from './choose.ts';
import { compile } from './compile.ts';
import { explainImage } from './explain.ts';
import { exportStatic } from './export.ts';
import { openSample } from './sample.ts';
import { subject, withModel, type CommandArgument } from './subject.ts';
import { synthesise } from './synthesise.ts';
import { verifyFolder } from './verify.ts';

type Command = (services: Services, argument: CommandArgument) => Promise<unknown>;

/** A command about a model: finds it, holds it open, and works. */
const about =
  (work: (services: Services, uri: string, argument: CommandArgument) => Promise<unknown>): Command =>
  async (services, argument) => {
    const uri = await subject(services, argument);
    if (uri !== undefined) await withModel(services, uri, () => work(services, uri, argument));
  };

const folderOf = (argument: CommandArgument): string | undefined =>
  argument && 'folder' in argument ? argument.folder : undefined;

/** A command about a build of a model. */
const aboutBuild = (work: (services: Services, uri: string, folder: string) => Promise<unknown>): Command =>
  about(async (services, uri, argument) => {
    const folder = await existingBuild(services, uri, folderOf(argument));
    if (folder !== undefined) await work(services, uri, folder);
  });

const choosing = (what: keyof typeof pickers): Command =>
  about(async (services, uri, argument) => {
    const given = what === 'target' && argument && 'tensor' in argument ? argument.tensor : undefined;
    const value = given ?? (await pickers[what](services, uri));
    if (value !== undefined) await services.models.choose(uri, { [what]: value });
  });

const pictureOf = (argument: CommandArgument): vscode.Uri | undefined =>
  argument instanceof vscode.Uri && !/\.onnx$/i.test(argument.path) ? argument : undefined;

const showResources = async (): Promise<unknown> =>
  vscode.commands.executeCommand(`${viewTypes.resources}.focus`);

const showText = async (uri: string): Promise<vscode.TextEditor> =>
  vscode.window.showTextDocument(await vscode.workspace.openTextDocument(textUri(vscode.Uri.parse(uri))));

const run: { readonly [K in CommandId]: Command } = {
  'camber.compile': about(compile),
  'camber.openAsText': about(async ({ models }, uri) => {
    const editor = await showText(uri);
    const selected = models.selected(uri);
    if (selected === undefined) revealNodes(editor);
    else models.select(uri, selected);
  }),
  'camber.openAsGraph': about(async (_, uri) => {
    await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.parse(uri), viewTypes.editor);
  }),
  'camber.setTarget': choosing('target'),
  'camber.selectDevice': choosing('device'),
  'camber.selectArray': choosing('array'),
  'camber.selectClock': choosing('clockMHz'),
  'camber.setAsTarget': choosing('target'),
  'camber.revealInText': about(async ({ models }, uri, argument) => {
    await showText(uri);
    if (argument && 'layer' in argument) models.select(uri, argument.layer);
  }),
  'camber.copyLayerName': async (_, argument) => {
    if (argument && 'layer' in argument) await vscode.env.clipboard.writeText(argument.layer ?? '');
  },
  'camber.explainImage': about((services, uri, argument) => explainImage(services, uri, pictureOf(argument))),
  'camber.verify': aboutBuild(verifyFolder),
  'camber.synthesise': about((services, uri, argument) => synthesise(services, uri, folderOf(argument))),
  'camber.exploreArrays': about(async (services, uri) => {
    services.models.activate(uri);
    await Promise.all([showResources(), services.explorer.explore(uri)]);
  }),
  'camber.exportStatic': about(exportStatic),
  'camber.showReport': aboutBuild((_, __, folder) => showReport(folder)),
  'camber.revealBuild': aboutBuild(async (_, __, folder) =>
    vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(folder)),
  ),
  'camber.showSchedule': async () => vscode.commands.executeCommand(`${viewTypes.schedule}.focus`),
  'camber.showResources': showResources,
  'camber.showHeatMaps': async (services) => showHeatMaps(services),
  'camber.openSample': async (services, argument) =>
    openSample(services, argument instanceof vscode.Uri ? argument : undefined),
  'camber.openModel': async () => {
    const filters = { [vscode.l10n.t('ONNX model')]: ['onnx'] };
    const [file] = (await vscode.window.showOpenDialog({ filters })) ?? [];
    if (file) await vscode.commands.executeCommand('vscode.open', file);
  },
  'camber.refreshModels': async ({ builds }) => builds.refresh(),
  'camber.showOutput': async ({ output }) => output.show(),
};

export function registerCommands(services: Services): vscode.Disposable {
  const registered = Object.entries(run).map(([id, command]) =>
    vscode.commands.registerCommand(id, async (argument: CommandArgument) => {
      try {
        await command(services, argument);
      } catch (error) {
        showError(services, `${commands[id as CommandId].title.replace('...', '')}:`, error);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
