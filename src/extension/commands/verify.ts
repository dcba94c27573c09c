/** Camber: Verify RTL. */
import * as vscode from 'vscode';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as format from '../../protocol/format.ts';
import type { VerifyView } from '../../protocol/views.ts';
import { buildFolder } from '../build-folder.ts';
import type { Services } from '../services.ts';
import { withProgress } from './progress.ts';

/** `1,204,224 values equal, 139,165 of 139,165 cycles (Verilator)` */
export function verdict(result: VerifyView): string {
  const total = (cycles: VerifyView['cycles']): string => format.count(cycles.inference + cycles.explanation);
  const cycles = `${total(result.cycles)} of ${total(result.expected)} cycles`;
  return result.passed
    ? `${format.count(result.valuesCompared)} values equal, ${cycles} (${result.simulator})`
    : `RTL differs: ${result.mismatches[0] ?? 'cycle counters'}; ${cycles} (${result.simulator})`;
}

export async function verifyFolder(services: Services, uri: string, folder: string): Promise<void> {
  const result = await withProgress(services, 'Camber: verifying RTL', (token, cancel) =>
    services.server.ask('camber/verify', { uri, folder, token }, cancel),
  );
  services.output.info(`${folder}: ${verdict(result)}`);
  if (result.passed) {
    void vscode.window.showInformationMessage(verdict(result));
    return;
  }
  for (const mismatch of result.mismatches) services.output.error(mismatch);
  void vscode.window.showErrorMessage(verdict(result), 'Show output').then((choice) => {
    if (choice !== undefined) services.output.show();
  });
}

export async function verify(services: Services, uri: string): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage('Verifying runs a simulator and needs a trusted workspace.');
    return;
  }
  const folder = buildFolder(uri);
  if (!existsSync(join(folder, 'report.json'))) {
    const choice = await vscode.window.showWarningMessage(
      `There is no build in ${vscode.workspace.asRelativePath(folder)}.`,
      'Compile',
    );
    if (choice !== undefined) await vscode.commands.executeCommand('camber.compile', { uri });
    return;
  }
  await verifyFolder(services, uri, folder);
}
