import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { needs } from '../support/tools.ts';
import { startBrowser } from './support/browser.ts';
import { packagedExtension, sampleWorkspace } from './support/packaged.ts';
import { startServer, type Server } from './support/server.ts';
import { viewWith } from './support/views.ts';
import { Workbench } from './support/workbench.ts';

const name = 'tiny-resnet18.onnx';
const patient = 120_000;

needs('code-server', 'chromium')('what goes wrong while one works', () => {
  const workspace = sampleWorkspace();
  const path = join(workspace.folder, name);
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;
  const graph = () => viewWith(workbench, '.world');

  beforeAll(async () => {
    // A file stands where the builds would go: that stops root too, which permissions do not.
    writeFileSync(join(workspace.folder, 'blocked'), '');
    const settings = { 'camber.outputFolder': 'blocked' };
    [server, browser] = await Promise.all([
      startServer({ vsix: [packagedExtension()], settings }),
      startBrowser(),
    ]);
    workbench = await Workbench.open(browser, server, workspace.folder);
    await workbench.waitForCommand('Camber: Open as Text');
    await workbench.openFile(name);
    await workbench.statusBar(/cycles/).waitFor({ timeout: patient });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await workbench.screenshot(`failed-${task.name.replaceAll(' ', '-')}`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    workspace.remove();
  });

  test('a build into a place that cannot be written says so, and leaves nothing', async () => {
    const before = readdirSync(workspace.folder).sort();
    await workbench.runCommand('Camber: Compile GradCAM accelerator');
    await workbench.quickPicks().filter({ hasText: 'to blocked/tiny-resnet18' }).waitFor();
    await workbench.pick();
    const told = workbench.notification('Cannot write');
    await told.waitFor({ timeout: patient });
    await told.getByText('Show output').waitFor();
    expect(readdirSync(workspace.folder).sort()).toEqual(before);
    expect(readFileSync(join(workspace.folder, 'blocked'), 'utf8')).toBe('');
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  test('a model that is damaged while open keeps its graph and figures, dimmed, under the reason; and comes back', async () => {
    const bytes = readFileSync(path);
    const view = await graph();
    writeFileSync(path, bytes.subarray(0, 1000));
    await view.locator('.problems .diagnostic.error').first().waitFor({ timeout: patient });
    expect(await view.locator('.view.stale .block').count()).toBeGreaterThan(3);
    await workbench.screenshot('damaged');
    writeFileSync(`${path}.new`, bytes);
    renameSync(`${path}.new`, path);
    await view.locator('.view:not(.stale) .summary', { hasText: 'cycles' }).waitFor({ timeout: patient });
    expect(await view.locator('.problems .diagnostic.error').count()).toBe(0);
  });

  test('a model that is deleted says so in its editor and in Problems', async () => {
    const bytes = readFileSync(path);
    rmSync(path);
    const view = await graph();
    await view.locator('.diagnostic', { hasText: 'CAM604' }).waitFor({ timeout: patient });
    const problems = await workbench.problems();
    await problems.filter({ hasText: 'does not exist' }).waitFor();
    writeFileSync(path, bytes);
    await view.locator('.view:not(.stale) .summary', { hasText: 'cycles' }).waitFor({ timeout: patient });
    expect(existsSync(path)).toBe(true);
  });

  test('of two editors on one file each goes on when the other closes', async () => {
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile(name);
    await workbench.runCommand('View: Split Editor Right');
    const views = workbench.page.locator('iframe.webview.ready >> visible=true');
    await expect.poll(() => views.count()).toBe(2);
    for (const index of [0, 1]) await workbench.webview(index).locator('.block').first().waitFor();
    await workbench.runCommand('View: Close Editor');
    await expect.poll(() => views.count()).toBe(1);
    const view = await graph();
    await view.getByRole('listbox', { name: 'Layers' }).focus();
    await workbench.page.keyboard.press('Home');
    await workbench.page.keyboard.press('t');
    await view.locator('.summary', { hasText: 'Target stem.0' }).waitFor({ timeout: patient });
    await view.locator('.view:not(.stale)').waitFor({ timeout: patient });
  });
});
