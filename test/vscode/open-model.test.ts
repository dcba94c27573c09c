import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { needs } from '../support/tools.ts';
import { startBrowser } from './support/browser.ts';
import { packagedExtension, sampleWorkspace } from './support/packaged.ts';
import { startServer, type Server } from './support/server.ts';
import { Workbench } from './support/workbench.ts';

needs('code-server', 'chromium')('the packaged extension in a real VS Code', () => {
  const workspace = sampleWorkspace();
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer({ vsix: [packagedExtension()] }), startBrowser()]);
    workbench = await Workbench.open(browser, server, workspace.folder);
    await workbench.waitForCommand('Camber: Open as Text');
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await workbench.screenshot(`failed-${task.name.replaceAll(' ', '-')}`);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    workspace.remove();
  });

  test('opens the sample as a graph', async () => {
    await workbench.openFile('tiny-resnet18.onnx');
    await workbench.webview().getByText('stem.0').waitFor();
    expect(await workbench.screenshot('open-model')).toMatch(/open-model\.png$/);
  });
});
