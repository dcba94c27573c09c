/** Verifying a build whose RTL gives other bits, and verifying in a workspace that is not trusted. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/tools.ts';
import { startBrowser } from './support/browser.ts';
import { compileReference } from './support/models.ts';
import { packagedExtension, sampleWorkspace } from './support/packaged.ts';
import { startServer, type Server } from './support/server.ts';
import { Workbench } from './support/workbench.ts';

const patient = 150_000;

/** Changes the first weight of the stem, and its hash in the manifest too: the build looks as it was compiled. */
function changeWeight(build: string): void {
  const file = join(build, 'rtl/weights.hex');
  const text = readFileSync(file, 'utf8');
  const line = text.slice(0, text.indexOf('\n'));
  const changed = line.slice(0, -2) + (line.endsWith('55') ? 'aa' : '55') + text.slice(line.length);
  writeFileSync(file, changed);
  const hash = (content: string): string => createHash('sha256').update(content).digest('hex');
  const manifest = join(build, 'build.json');
  const before = readFileSync(manifest, 'utf8');
  expect(before).toContain(hash(text));
  writeFileSync(manifest, before.replaceAll(hash(text), hash(changed)));
}

needs('code-server', 'chromium')('Verify RTL', () => {
  const workspace = sampleWorkspace();
  const build = join(workspace.folder, 'build/tiny-resnet18');
  let browser: Browser;

  beforeAll(async () => {
    compileReference(join(workspace.folder, 'tiny-resnet18.onnx'), build);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    workspace.remove();
  });

  /** A window on the workspace with the model open; the tests of a group share it. */
  function window(options: Parameters<typeof startServer>[0]): () => Workbench {
    let server: Server;
    let workbench: Workbench;
    beforeAll(async () => {
      server = await startServer({ vsix: [packagedExtension()], ...options });
      workbench = await Workbench.open(browser, server, workspace.folder);
      await workbench.waitForCommand('Camber: Open as Text');
      await workbench.openFile('tiny-resnet18.onnx');
      await workbench.statusBar('for GradCAM').waitFor({ timeout: patient });
    });
    afterEach(async ({ task }) => {
      if (task.result?.state === 'fail')
        await workbench.screenshot(`failed-${task.name.replaceAll(' ', '-')}`);
    });
    afterAll(async () => {
      await workbench?.close();
      await server?.stop();
    });
    return () => workbench;
  }

  describe('in a workspace that is not trusted', () => {
    const current = window({ trust: 'restricted' });

    test('runs the embedded simulator, which is no external tool', async () => {
      const workbench = current();
      await workbench.statusBar('Restricted Mode').waitFor();
      await workbench.runCommand('Camber: Verify RTL');
      const verdict = workbench.notification(/[\d,]+ values equal.*\(embedded\)/);
      await verdict.waitFor({ timeout: patient });
      await workbench.screenshot('verify-restricted');
    });
  });

  describe('in a workspace that is not trusted, with an installed simulator chosen', () => {
    const current = window({ trust: 'restricted', settings: { 'camber.simulator': 'icarus' } });

    test('asks for trust', async () => {
      const workbench = current();
      await workbench.runCommand('Camber: Verify RTL');
      const refused = workbench.notification('needs a trusted workspace');
      await refused.getByText('Manage workspace trust').waitFor();
    });
  });

  describe('of a build with other bits', () => {
    const current = window({ settings: { 'camber.simulator': 'embedded' } });

    test('says where it differs, and opens a trace of that place', async () => {
      const workbench = current();
      changeWeight(build);
      await workbench.runCommand('Camber: Verify RTL');
      const verdict = workbench.notification(/RTL differs: picture 0, \/stem\/stem\.0\/Conv: activation/);
      await verdict.waitFor({ timeout: patient });
      await verdict.getByText('Show output', { exact: true }).waitFor();
      for (const theme of ['light', 'high contrast', 'dark'] as const) {
        await workbench.setTheme(theme);
        await workbench.screenshot(`verify-differs-${theme.replaceAll(' ', '-')}`);
      }
      await workbench.choose(verdict, 'Open trace');
      await workbench.tab('trace.vcd').waitFor({ timeout: patient });
      await workbench.line('$timescale').waitFor();
      await workbench.screenshot('verify-trace');
      expect(statSync(join(build, 'sim/trace.vcd')).size).toBeLessThan(32 * 2 ** 20);
    });

    test('shows the output', async () => {
      const workbench = current();
      await workbench.runCommand('Camber: Verify RTL');
      const verdict = workbench.notification(/RTL differs/);
      await verdict.waitFor({ timeout: patient });
      await workbench.choose(verdict, 'Show output');
      const channel = workbench.page.locator('.part.panel select option:checked');
      await channel.filter({ hasText: 'Camber' }).first().waitFor({ state: 'attached' });
    });
  });
});
