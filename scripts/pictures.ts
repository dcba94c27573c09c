/**
 * Takes the pictures of the walkthrough and the README in a real VS Code (needs `npm run install:vscode`, Chromium).
 *
 *     tsx scripts/pictures.ts
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator } from 'playwright-core';
import { startBrowser } from '../test/vscode/support/browser.ts';
import { packagedExtension, sampleWorkspace } from '../test/vscode/support/packaged.ts';
import { startServer } from '../test/vscode/support/server.ts';
import { viewWith } from '../test/vscode/support/views.ts';
import { Workbench, type Theme } from '../test/vscode/support/workbench.ts';

const size = { width: 1180, height: 760 };
const patient = 90_000;
const place = (name: string): string => fileURLToPath(new URL(`../media/${name}.png`, import.meta.url));

async function shoot({ page }: Workbench, part: Locator, name: string): Promise<void> {
  mkdirSync(dirname(place(name)), { recursive: true });
  await page.waitForTimeout(900);
  await part.screenshot({ path: place(name) });
}

/** Pictures a part of the window. */
const take = (workbench: Workbench, part: string, name: string): Promise<void> =>
  shoot(workbench, workbench.page.locator(part).first(), name);

/** Every step in both themes, one after the other. */
async function inThemes(workbench: Workbench, part: string, step: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const satisfies readonly Theme[]) {
    await workbench.setTheme(theme);
    // No tooltip of a button that the pointer happens to rest on.
    await workbench.page.mouse.move(4, size.height - 4);
    await take(workbench, part, `walkthrough/${step}-${theme}`);
  }
}

async function pictures(workbench: Workbench): Promise<void> {
  const { page } = workbench;
  await workbench.waitForCommand('Camber: Open as Text');
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  await workbench.openFile('tiny-resnet18.onnx');
  const graph = await viewWith(workbench, '.block', patient);
  await workbench.statusBar('for GradCAM').waitFor({ timeout: patient });
  await inThemes(workbench, '.part.editor', 'sample');

  const rest = async (): Promise<void> => {
    await page.mouse.move(4, 4);
    await graph.locator('.block').nth(3).hover();
    await graph.getByRole('tooltip').filter({ hasText: 'Utilisation' }).waitFor();
  };
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await rest();
    await take(workbench, '.part.editor', `walkthrough/graph-${theme}`);
  }

  await workbench.runCommand('Camber: Show Heat Maps');
  const maps = await viewWith(workbench, '.heatmaps', patient);
  await maps.locator('[data-picture="astronaut"] canvas').nth(3).waitFor({ timeout: patient });
  await inThemes(workbench, '.part.editor', 'heatmaps');

  await workbench.runCommand('Camber: Explore Arrays');
  const resources = await viewWith(workbench, '.resources', patient);
  await resources.locator('[data-array="8x8"]').waitFor({ timeout: patient });
  const schedule = await viewWith(workbench, '.schedule', patient);
  await schedule.getByRole('button', { name: 'Explanation' }).waitFor();
  // The whole window wants more room.
  await page.setViewportSize({ width: 1520, height: 1080 });
  await page.mouse.move(4, 4);
  await resources.locator('.top').scrollIntoViewIfNeeded();
  await take(workbench, '.monaco-workbench', 'readme/editor');
  await page.setViewportSize(size);

  await workbench.runCommand('View: Toggle Maximized Panel');
  // Views are found by their order on screen, where the editors are no more.
  const wide = await viewWith(workbench, '.resources', patient);
  await wide.locator('.arrays').scrollIntoViewIfNeeded();
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await shoot(workbench, wide.locator('.resources'), `walkthrough/resources-${theme}`);
  }
  // Folded away, so that the timeline has the whole width.
  await page.locator('.part.panel .pane-header').filter({ hasText: 'Resources' }).click();
  const timeline = await viewWith(workbench, '.schedule', patient);
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await shoot(workbench, timeline.locator('.schedule'), `walkthrough/compile-${theme}`);
  }
}

const { folder, remove } = sampleWorkspace();
const server = await startServer({
  vsix: [packagedExtension()],
  settings: { 'workbench.colorTheme': 'Default Dark Modern' },
});
const browser = await startBrowser();
try {
  await pictures(await Workbench.open(browser, server, folder, size));
} finally {
  await browser.close();
  await server.stop();
  remove();
}
