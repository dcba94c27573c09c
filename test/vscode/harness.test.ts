import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs } from '../support/tools.ts';
import { startBrowser } from './support/browser.ts';
import { bundleSuite, runSuite } from './support/host.ts';
import { startServer, type Server } from './support/server.ts';
import { Workbench } from './support/workbench.ts';

const trivial = fileURLToPath(new URL('./trivial', import.meta.url));

needs('code-server', 'chromium')('the harness drives a real VS Code', () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'camber-workspace-'));
    writeFileSync(join(folder, 'note.txt'), 'nothing\nwrong here\n');
    [server, browser] = await Promise.all([startServer({ folders: [trivial] }), startBrowser()]);
    workbench = await Workbench.open(browser, server, folder);
    await workbench.waitForCommand('Trivial: Greet');
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    if (folder) rmSync(folder, { recursive: true });
  });

  test('opens a file, hovers, lists problems', async () => {
    await workbench.openFile('note.txt');
    expect(await workbench.hover('nothing')).toBe('Word: nothing');
    const problems = await workbench.problems();
    await problems.filter({ hasText: 'This is wrong' }).waitFor();
  });

  test('runs a command that shows a notification', async () => {
    await workbench.runCommand('Trivial: Greet');
    await workbench.notification('Hello from Trivial').waitFor();
  });

  test('works inside a webview and changes themes', async () => {
    await workbench.runCommand('Trivial: Show Panel');
    const panel = workbench.webview();
    await panel.getByRole('button', { name: 'Press' }).click();
    expect(await panel.locator('p').innerText()).toBe('pressed');
    for (const theme of ['light', 'high contrast', 'dark'] as const) {
      await workbench.setTheme(theme);
      await workbench.screenshot(`harness-${theme.replace(' ', '-')}`);
    }
  });
});

needs('code-server', 'chromium')('the harness runs a suite in the extension host', () => {
  test('passed and failed tests are told apart', async () => {
    const suite = await bundleSuite(join(trivial, 'suite.ts'), 'trivial');
    const workspace = mkdtempSync(join(tmpdir(), 'camber-workspace-'));
    try {
      const results = await runSuite({ extension: trivial, suite, workspace });
      expect(results.map((r) => [r.name, r.error === undefined])).toEqual([
        ['the command answers', true],
        ['a failing test is told', false],
      ]);
      expect(results[1]!.error).toMatch(/42 !== 43/);
    } finally {
      rmSync(workspace, { recursive: true });
    }
  });
});
