/** Camber: Explain Image: adds a picture to the model's heat maps and shows its row. */
import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { showHeatMaps } from '../views/panels.ts';
import { pictureEndings } from '../views/pictures.ts';

/** @param picture from the explorer; asked for where absent */
export async function explainImage(
  services: Services,
  uri: string,
  picture: vscode.Uri | undefined,
): Promise<void> {
  const chosen =
    picture ??
    (
      await vscode.window.showOpenDialog({
        title: vscode.l10n.t('Image to explain'),
        openLabel: vscode.l10n.t('Explain'),
        filters: { [vscode.l10n.t('Pictures')]: [...pictureEndings] },
      })
    )?.[0];
  if (!chosen) return;
  services.models.activate(uri);
  showHeatMaps(services);
  await services.models.addPictures(uri, [chosen.fsPath], chosen.fsPath);
}
