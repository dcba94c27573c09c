/** Camber: Synthesise: what is chosen for a model, or a build. */
import * as vscode from 'vscode';
import { basename } from 'node:path';
import * as format from '../../protocol/format.ts';
import type { SynthesisView } from '../../protocol/views.ts';
import { buildFolder } from '../build-folder.ts';
import type { JobWatch } from '../jobs.ts';
import type { Services } from '../services.ts';

/** `Fits xczu3eg: LUT 21,022 (estimated 21,307), DSP 144 (144)` */
export function outcome(result: SynthesisView): string {
  const { synthesized, estimated, part } = result;
  const figures = vscode.l10n.t(
    'LUT {0} (estimated {1}), DSP {2} ({3})',
    format.count(synthesized.lut),
    format.count(estimated.lut),
    format.count(synthesized.dsp),
    format.count(estimated.dsp),
  );
  return result.fits
    ? vscode.l10n.t('Synthesised, fits {0}: {1}', part, figures)
    : vscode.l10n.t('Synthesised, does not fit {0}: {1}', part, figures);
}

/** The model's build, where it is of the engine that was synthesised: the same part and the same estimate. */
async function buildOf(
  { builds }: Pick<Services, 'builds'>,
  uri: string,
  { part, estimated }: SynthesisView,
): Promise<string | undefined> {
  const folder = buildFolder(uri);
  const build = await builds.read(folder);
  const kinds = ['lut', 'ff', 'dsp', 'bram36'] as const;
  const same = build?.part === part && kinds.every((kind) => build.estimated[kind] === estimated[kind]);
  return same ? folder : undefined;
}

/**
 * Runs Yosys, with progress and cancel.
 *
 * @param folder of a build; absent: what is chosen for the model now is synthesised
 */
export async function runSynthesis(
  { jobs, server, builds, output }: Pick<Services, 'jobs' | 'server' | 'builds' | 'output'>,
  uri: string,
  folder?: string,
  watch: JobWatch = {},
): Promise<SynthesisView> {
  const title = vscode.l10n.t('Synthesising {0}', basename(folder ?? vscode.Uri.parse(uri).fsPath));
  const result = await jobs.run({ ...watch, job: 'synthesise', uri, title }, (token, cancel) =>
    server.ask('camber/synthesise', { uri, folder, token }, cancel),
  );
  const { part, fits, synthesized } = result;
  const noted = folder ?? (await buildOf({ builds }, uri, result));
  if (noted !== undefined) await builds.note(noted, { synthesised: { part, fits, synthesized } });
  output.info(`${folder ?? uri}: ${outcome(result)}`);
  return result;
}

export async function synthesise(services: Services, uri: string, folder?: string): Promise<void> {
  const result = await runSynthesis(services, uri, folder);
  const show = vscode.l10n.t('Show resources');
  void vscode.window.showInformationMessage(outcome(result), show).then((choice) => {
    if (choice !== undefined) void vscode.commands.executeCommand('camber.showResources');
  });
}
