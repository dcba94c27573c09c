import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/compiler/report/report.ts';
import * as format from '../../src/protocol/format.ts';
import { needs } from '../support/tools.ts';
import { seriousFindings } from './support/accessibility.ts';
import { startBrowser } from './support/browser.ts';
import { bundleSuite, runSuite, type HostResult } from './support/host.ts';
import { addWrongModels, compileReference, fiveLayers } from './support/models.ts';
import { extensionFolder, packagedExtension, sampleWorkspace } from './support/packaged.ts';
import { startServer, type Server } from './support/server.ts';
import { viewWith } from './support/views.ts';
import { Workbench } from './support/workbench.ts';

const entry = fileURLToPath(new URL('./suite/index.ts', import.meta.url));
const patient = 120_000;

needs('code-server', 'chromium')('the packaged extension', () => {
  const { folder, remove } = sampleWorkspace();
  let vsix: string;
  let report: Report;

  beforeAll(() => {
    vsix = packagedExtension();
    addWrongModels(folder);
    report = compileReference(join(folder, 'tiny-resnet18.onnx'), join(folder, 'reference'));
  });
  afterAll(remove);

  test('passes its suite in the extension host', async () => {
    const suite = await bundleSuite(entry, 'index');
    const results = await runSuite({
      extension: (installed) => join(installed, extensionFolder()),
      server: { vsix: [vsix] },
      suite,
      workspace: folder,
    });
    const failures = results.filter((r: HostResult) => r.error !== undefined);
    expect(failures.map((r) => `${r.name}: ${r.error}`)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(8);
  });

  describe('driven as a person would', () => {
    let server: Server;
    let browser: Browser;
    let workbench: Workbench;
    const violations: string[] = [];

    const view = (selector: string) => viewWith(workbench, selector, patient);

    beforeAll(async () => {
      server = await startServer({
        vsix: [vsix],
        settings: { 'workbench.colorTheme': 'Default Dark Modern' },
      });
      browser = await startBrowser();
      workbench = await Workbench.open(browser, server, folder);
      workbench.page.on('console', (message) => {
        if (/content security policy/i.test(message.text())) violations.push(message.text());
      });
      await workbench.waitForCommand('Camber: Open as Text');
      await workbench.openFile('tiny-resnet18.onnx');
    });
    afterEach(async ({ task }) => {
      if (task.result?.state === 'fail')
        await workbench.screenshot(`failed-${task.name.replaceAll(' ', '-')}`);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
    });

    test('the graph shows every layer, and five hovers tell the figures of the report', async () => {
      const graph = await view('.block');
      await workbench.statusBar(format.cycles(report.cycles.inference)).waitFor({ timeout: patient });
      await graph.locator('.summary', { hasText: format.cycles(report.cycles.inference) }).waitFor();
      for (const layer of fiveLayers(report)) {
        const node = layer.nodes[0]!;
        await graph.getByRole('searchbox').fill(node);
        const block = graph.locator(`.block[data-layer="${node}"]`);
        await block.hover();
        const hover = graph.getByRole('tooltip');
        await hover.filter({ hasText: node }).waitFor();
        const share = format.percent(layer.cycles / report.cycles.total);
        const text = await hover.innerText();
        expect(text).toContain(`${format.count(layer.cycles)} (${share} of all)`);
        expect(text).toContain(format.percent(layer.utilization));
        expect(await block.textContent()).toContain(format.cycles(layer.cycles));
      }
      await workbench.screenshot('graph-hover-dark');
    });

    test('the graph is walked by keyboard', async () => {
      const graph = await view('.block');
      await graph.getByRole('searchbox').fill('');
      const list = graph.getByRole('listbox');
      await list.focus();
      await workbench.page.keyboard.press('Home');
      await workbench.page.keyboard.press('ArrowDown');
      await workbench.page.keyboard.press('Enter');
      await graph.getByRole('complementary').filter({ hasText: '/stem/stem.2/Relu' }).waitFor();
      expect(await graph.locator('.block[aria-selected="true"]').getAttribute('data-layer')).toBe(
        '/stem/stem.2/Relu',
      );
      await workbench.page.keyboard.press('Escape');
      await workbench.page.keyboard.press('Escape');
      expect(await graph.getByRole('complementary').count()).toBe(0);
      await workbench.page.keyboard.press('/');
      await workbench.page.keyboard.type('fc');
      await graph.locator('.block[data-layer="/fc/Gemm"][aria-selected="true"]').waitFor();
    });

    test('axe finds nothing serious in the graph', async () => {
      const findings = await seriousFindings(workbench.page);
      expect(Object.fromEntries(findings)).toEqual({
        'Layer graph': [],
      });
    });

    test('a broken model shows what is wrong, in its editor and in Problems', async () => {
      await workbench.openFile('broken.onnx');
      const page = await view('[data-state="error"]');
      expect(await page.locator('.diagnostic').innerText()).toContain('CAM101');
      const problems = await workbench.problems();
      await problems.filter({ hasText: 'not an ONNX model' }).waitFor();
      await workbench.screenshot('broken');
    });

    test('the content security policy has nothing to report but the toolkit’s style attribute', () => {
      expect(violations.filter((v) => !/style/i.test(v))).toEqual([]);
    });
  });
});
