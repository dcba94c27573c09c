import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/tools.ts';
import { seriousFindings } from './support/accessibility.ts';
import { startBrowser } from './support/browser.ts';
import { packagedExtension, sampleWorkspace } from './support/packaged.ts';
import { startServer, type Server } from './support/server.ts';
import { viewWith } from './support/views.ts';
import { Workbench } from './support/workbench.ts';

/** First layer of the sample's first repeat: two plain residual blocks. */
const firstRepeated = '/blocks/blocks.0/conv1/Conv';

needs('code-server', 'chromium')('the graph editor', () => {
  const workspace = sampleWorkspace();
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;
  const graph = () => viewWith(workbench, '.world');
  const selected = async () =>
    (await graph()).locator('.block[aria-selected="true"]').getAttribute('data-layer');

  beforeAll(async () => {
    [server, browser] = await Promise.all([startServer({ vsix: [packagedExtension()] }), startBrowser()]);
    workbench = await Workbench.open(browser, server, workspace.folder);
    await workbench.waitForCommand('Camber: Open as Text');
    await workbench.openFile('tiny-resnet18.onnx');
    await workbench.statusBar(/cycles/).waitFor();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await workbench.screenshot(`failed-${task.name.replaceAll(' ', '-')}`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    workspace.remove();
  });

  test('details tell attributes, weights and neighbours, and lead to them', async () => {
    const view = await graph();
    await view.getByRole('listbox').focus();
    await workbench.page.keyboard.press('Home');
    await workbench.page.keyboard.press('Enter');
    const details = view.getByRole('complementary');
    await details.filter({ hasText: '/stem/stem.0/Conv' }).waitFor();
    const text = await details.innerText();
    expect(text).toMatch(/kernel_shape\s+\[3, 3\]/);
    expect(text).toMatch(/float32 16×3×3×3/);
    expect(text).toMatch(/Cycles\s+[\d,]+ \([\d.]+ % of all\)/);
    await workbench.screenshot('graph-details');
    await details.getByRole('button', { name: '/stem/stem.2/Relu' }).click();
    await expect.poll(selected).toBe('/stem/stem.2/Relu');
    await details.getByRole('button', { name: 'Close details' }).click();
    expect(await view.getByRole('complementary').count()).toBe(0);
  });

  test('colours follow the choice, and the choice is kept for the next model', async () => {
    const view = await graph();
    const figure = view.locator('[data-layer="/stem/stem.0/Conv"] .figure');
    const cycles = await figure.innerText();
    await view.getByRole('combobox', { name: 'Colour by' }).click();
    await view.getByRole('option', { name: 'MACs' }).click();
    await view.locator('.legend', { hasText: 'MACs' }).waitFor();
    expect(await figure.innerText()).toMatch(/^[\d.]+ [kM]$/);
    expect(await figure.innerText()).not.toBe(cycles);
    await workbench.page.keyboard.press('Escape');
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile('tiny-resnet18.onnx');
    await (await graph()).locator('.legend', { hasText: 'MACs' }).waitFor();
  });

  test('repeated blocks collapse to one and expand again; a search looks inside', async () => {
    const view = await graph();
    const collapse = view.getByRole('button', { name: /Collapse or expand/ });
    await collapse.click();
    const block = view.locator('.block.repeat').first();
    await block.waitFor();
    expect(await block.innerText()).toContain('2 × 5 layers');
    expect(await view.locator('.block.repeat').count()).toBe(2);
    await workbench.screenshot('graph-collapsed');
    await view.getByRole('searchbox').fill('blocks.1/conv2');
    await view.locator('[data-layer="/blocks/blocks.1/conv2/Conv"][aria-selected="true"]').waitFor();
    expect(await view.locator(`.block.repeat[data-layer="${firstRepeated}"]`).count()).toBe(0);
    await view.getByRole('searchbox').press('Escape');
    await workbench.page.keyboard.press('c');
    await view.locator(`.block.repeat[data-layer="${firstRepeated}"]`).waitFor();
    await collapse.click();
    await view.locator('.block.repeat').first().waitFor({ state: 'detached' });
  });

  test('the context menu sets the target and reveals the layer in the text', async () => {
    const view = await graph();
    const name = '/blocks/blocks.5/relu2/Relu';
    await view.getByRole('searchbox').fill(name);
    const block = view.locator(`[data-layer="${name}"]`);
    await workbench.contextMenu(block, 'Set as GradCAM Target');
    await view.locator('.summary', { hasText: 'Target blocks.5/relu2' }).waitFor();
    await view.locator(`.block.target[data-layer="${name}"]`).waitFor();
    expect(await view.locator('.block.backward').count()).toBeGreaterThan(3);
    await workbench.screenshot('graph-backward');
    await workbench.contextMenu(block, 'Reveal in Text');
    await workbench.tab('tiny-resnet18.onnxtext').waitFor();
    await workbench.line(`"${name}"`).waitFor();
    await workbench.screenshot('text-revealed');
  });

  test('text and graph beside each other show one selection', async () => {
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile('tiny-resnet18.onnx');
    await (await graph()).getByRole('searchbox').fill('/blocks/blocks.5/relu2/Relu');
    await expect.poll(selected).toBe('/blocks/blocks.5/relu2/Relu');
    await workbench.runCommand('View: Split Editor Right');
    await workbench.runCommand('Camber: Open as Text');
    // The text opens where the graph's selection is.
    await workbench.line('["/blocks/blocks.5/conv2/Conv"]').click();
    const view = await graph();
    await view.locator('.block[data-layer="/blocks/blocks.5/conv2/Conv"][aria-selected="true"]').waitFor();
    await workbench.screenshot('graph-beside-text');
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile('tiny-resnet18.onnx');
  });

  test('the minimap moves the view, and the whole fits', async () => {
    const view = await graph();
    const box = (await view.locator('.minimap').boundingBox())!;
    await workbench.page.mouse.click(box.x + 20, box.y + 5);
    await view.locator('[data-layer="/stem/stem.0/Conv"]').waitFor();
    await view.getByRole('button', { name: 'Fit (0)' }).click();
    await workbench.page.waitForTimeout(300);
    await workbench.screenshot('graph-fit');
    // From afar blocks are painted; the pointer finds them all the same.
    const stage = (await view.locator('.viewport').boundingBox())!;
    const chosen = new Set<string | null>();
    for (const part of [0.3, 0.4, 0.5, 0.6, 0.7]) {
      await workbench.page.mouse.click(stage.x + stage.width / 2 + 8, stage.y + stage.height * part);
      chosen.add(await selected());
    }
    expect(chosen.size).toBeGreaterThan(2);
  });

  test('zoom, target and collapsed blocks survive a reload of the window', async () => {
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile('tiny-resnet18.onnx');
    const view = await graph();
    await view.getByRole('searchbox').fill('/blocks/blocks.5/relu2/Relu');
    await view.getByRole('searchbox').press('Escape');
    await workbench.page.keyboard.press('t');
    await view.locator('.summary', { hasText: 'Target blocks.5/relu2' }).waitFor();
    await view.getByRole('button', { name: 'Zoom in (+)' }).click();
    await view.getByRole('button', { name: /Collapse or expand/ }).click();
    const transform = () => view.locator('.world').getAttribute('style');
    await view.locator('.block.repeat').first().waitFor({ state: 'attached' });
    await workbench.page.waitForTimeout(1500);
    const before = await transform();
    const loaded = workbench.page.waitForEvent('load');
    await workbench.runCommand('Developer: Reload Window');
    await loaded;
    await workbench.waitForCommand('Camber: Open as Text');
    const again = await viewWith(workbench, '.world');
    await expect
      .poll(() => again.locator('.world').getAttribute('style'), {
        timeout: 30_000,
      })
      .toBe(before);
    await again.locator('.summary', { hasText: 'Target blocks.5/relu2' }).waitFor();
  });

  describe('in every theme', () => {
    test.each(['light', 'high contrast', 'high contrast light', 'dark'] as const)('%s', async (theme) => {
      await workbench.setTheme(theme);
      await workbench.runCommand('View: Close All Editors');
      await workbench.openFile('tiny-resnet18.onnx');
      const view = await graph();
      await view.getByRole('listbox').focus();
      await workbench.page.keyboard.press('Home');
      await workbench.page.keyboard.press('Enter');
      await view.getByRole('complementary').waitFor();
      expect((await seriousFindings(workbench.page)).get('Layer graph')).toEqual([]);
      await workbench.screenshot(`graph-${theme.replaceAll(' ', '-')}`);
    });
  });
});
