/** Camber: Verify RTL. */
import * as vscode from 'vscode';
import { basename, join } from 'node:path';
import * as format from '../../protocol/format.ts';
import type { VerifyView } from '../../protocol/views.ts';
import type { JobWatch } from '../jobs.ts';
import { trusted } from '../notify.ts';
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
  { trace, ...watch }: JobWatch & { readonly trace?: string } = {},
): Promise<VerifyView> {
  const title = vscode.l10n.t('Verifying the RTL of {0}', basename(folder));
  const result = await jobs.run({ ...watch, job: 'verify', uri, title }, (token, cancel) =>
    server.ask('camber/verify', { uri, folder, trace, token }, cancel),
  );
  const { passed, simulator, valuesCompared } = result;
  await builds.note(folder, { verified: { passed, simulator, valuesCompared } });
  output.info(`${folder}: ${verdict(result)}`);
  for (const mismatch of result.mismatches) output.error(mismatch);
  return result;
}

/** Runs once more with waveforms, which take too long and too much room to be written always. */
async function openTrace(services: Services, uri: string, folder: string): Promise<void> {
  const trace = join(folder, 'sim', 'trace.vcd');
  await runVerification(services, uri, folder, { trace });
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(trace));
}

export async function verifyFolder(services: Services, uri: string, folder: string): Promise<void> {
  if (!trusted(vscode.l10n.t('Verifying runs a simulator and needs a trusted workspace.'))) return;
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
  const choice = await vscode.window.showErrorMessage(verdict(result), trace, output);
  if (choice === trace) await openTrace(services, uri, folder);
  if (choice === output) services.output.show();
}
