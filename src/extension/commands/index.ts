/** Every command of the manifest, and what it does. */
import * as vscode from 'vscode';
import { viewTypes } from '../../protocol/manifest/contributes.ts';
import { commands, type CommandId } from '../../protocol/manifest/commands.ts';
import { showError } from '../notify.ts';
import type { Services } from '../services.ts';
import { showHeatMaps } from '../views/panels.ts';
import { revealNodes, textUri } from '../views/text.ts';
import { pickers } from './choose.ts';
import { compile } from './compile.ts';
import { exportStatic } from './export.ts';
import { openSample } from './sample.ts';
import { subject, withModel, type CommandArgument } from './subject.ts';
import { verify } from './verify.ts';

type Command = (services: Services, argument: CommandArgument) => Promise<unknown>;

/** A command about a model: finds it, holds it open, and works. */
const about =
  (work: (services: Services, uri: string, argument: CommandArgument) => Promise<unknown>): Command =>
  async (services, argument) => {
    const uri = await subject(services, argument);
    if (uri !== undefined) await withModel(services, uri, () => work(services, uri, argument));
  };

const choosing = (what: keyof typeof pickers): Command =>
  about(async (services, uri, argument) => {
    const given = what === 'target' && argument && 'tensor' in argument ? argument.tensor : undefined;
    const value = given ?? (await pickers[what](services, uri));
    if (value !== undefined) await services.models.choose(uri, { [what]: value });
  });

const run: { readonly [K in CommandId]: Command } = {
  'camber.compile': about(compile),
  'camber.openAsText': about(async (_, uri) => {
    const document = await vscode.workspace.openTextDocument(textUri(vscode.Uri.parse(uri)));
    revealNodes(await vscode.window.showTextDocument(document));
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
    await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument(textUri(vscode.Uri.parse(uri))),
    );
    if (argument && 'layer' in argument) models.select(uri, argument.layer);
  }),
  'camber.copyLayerName': async (_, argument) => {
    if (argument && 'layer' in argument) await vscode.env.clipboard.writeText(argument.layer ?? '');
  },
  'camber.verify': about(verify),
  'camber.exportStatic': about(exportStatic),
  'camber.showSchedule': async () => vscode.commands.executeCommand(`${viewTypes.schedule}.focus`),
  'camber.showResources': async () => vscode.commands.executeCommand(`${viewTypes.resources}.focus`),
  'camber.showHeatMaps': async (services) => showHeatMaps(services),
  'camber.openSample': async (services, argument) =>
    openSample(services, argument instanceof vscode.Uri ? argument : undefined),
  'camber.openModel': async () => {
    const [file] = (await vscode.window.showOpenDialog({ filters: { 'ONNX model': ['onnx'] } })) ?? [];
    if (file) await vscode.commands.executeCommand('vscode.open', file);
  },
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
