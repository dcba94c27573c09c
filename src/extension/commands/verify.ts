/** Camber: Verify RTL. */
import * as vscode from 'vscode';
import { basename, join } from 'node:path';
import * as format from '../../protocol/format.ts';
import type { VerifyView } from '../../protocol/views.ts';
import type { JobWatch } from '../jobs.ts';
import type { TraceRequest } from '../../protocol/requests.ts';
import { showError, trusted } from '../notify.ts';
import type { Services } from '../services.ts';

/** `1,204,224 values equal, 139,165 of 139,165 cycles (verilator)` */
export function verdict(result: VerifyView): string {
  const total = (cycles: VerifyView['cycles']): string => format.count(cycles.inference + cycles.explanation);
  const cycles = vscode.l10n.t('{0} of {1} cycles', total(result.cycles), total(result.expected));
  return result.passed
    ? vscode.l10n.t(
        '{0} values equal, {1} ({2})',
        format.count(result.valuesCompared),
        cycles,
        result.simulator,
      )
    : vscode.l10n.t(
        'RTL differs: {0}; {1} ({2})',
        result.mismatches[0] ?? vscode.l10n.t('cycle counters'),
        cycles,
        result.simulator,
      );
}

type Verifying = Pick<Services, 'jobs' | 'server' | 'builds' | 'output'>;

/** Runs the RTL of a build, with progress and cancel, and keeps the outcome. */
export async function runVerification(
  { jobs, server, builds, output }: Verifying,
  uri: string,
  folder: string,
  { trace, ...watch }: JobWatch & { readonly trace?: TraceRequest } = {},
): Promise<VerifyView> {
  const title = vscode.l10n.t('Verifying the RTL of {0}', basename(folder));
  const result = await jobs.run({ ...watch, job: 'verify', uri, title }, (token, cancel) =>
    server.ask('camber/verify', { uri, folder, embedded: !vscode.workspace.isTrusted, trace, token }, cancel),
  );
  if (trace !== undefined) return result;
  const { passed, simulator, valuesCompared } = result;
  await builds.note(folder, { verified: { passed, simulator, valuesCompared } });
  output.info(`${folder}: ${verdict(result)}`);
  for (const mismatch of result.mismatches) output.error(mismatch);
  return result;
}

/** Runs the picture that differs once more, with waveforms around the first difference. */
async function openTrace(
  services: Services,
  uri: string,
  folder: string,
  differs: NonNullable<VerifyView['differs']>,
): Promise<void> {
  const file = join(folder, 'sim', 'trace.vcd');
  await runVerification(services, uri, folder, { trace: { file, ...differs } });
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
}

/** Whether what the setting names may be run here: the embedded simulator anywhere, others in trusted workspaces. */
export function allowed(uri: string): boolean {
  const model = vscode.Uri.parse(uri);
  const simulator = vscode.workspace.getConfiguration('camber', model).get<string>('simulator', 'auto');
  return vscode.workspace.isTrusted || simulator === 'auto' || simulator === 'embedded';
}

export const needsTrust = (): string =>
  vscode.l10n.t('Verifying runs an external simulator, which needs a trusted workspace.');

export async function verifyFolder(services: Services, uri: string, folder: string): Promise<void> {
  if (!allowed(uri) && !trusted(needsTrust())) return;
  const result = await runVerification(services, uri, folder);
  if (result.passed) {
    const report = vscode.l10n.t('Show report');
    void vscode.window.showInformationMessage(verdict(result), report).then((choice) => {
      if (choice !== undefined) void vscode.commands.executeCommand('camber.showReport', { uri, folder });
    });
    return;
  }
  const trace = vscode.l10n.t('Open trace');
  const output = vscode.l10n.t('Show output');
  const { differs } = result;
  const choices = differs === undefined ? [output] : [trace, output];
  // Not awaited: the command has ended, the notification may stay as long as it likes.
  void vscode.window.showErrorMessage(verdict(result), ...choices).then(async (choice) => {
    if (choice === output) services.output.show();
    if (choice !== trace || differs === undefined) return;
    await openTrace(services, uri, folder, differs).catch((error: unknown) =>
      showError(services, vscode.l10n.t('The trace cannot be made.'), error),
    );
  });
}
