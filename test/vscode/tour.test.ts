/**
 * The five-minute tour in a real VS Code: from the walkthrough to the verified accelerator. Each step's screenshot
 * lies in .cache/screenshots/tour.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, FrameLocator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Report } from '../../src/compiler/report/report.ts';
import * as format from '../../src/protocol/format.ts';
import { commands, type CommandDefinition } from '../../src/protocol/manifest/commands.ts';
import { needs } from '../support/tools.ts';
import { seriousFindings } from './support/accessibility.ts';
import { startBrowser } from './support/browser.ts';
import { packagedExtension } from './support/packaged.ts';
import { startServer, type Server } from './support/server.ts';
import { viewsOnScreen, viewWith } from './support/views.ts';
import { Workbench } from './support/workbench.ts';

const patient = 60_000;

needs(
  'code-server',
  'chromium',
  'verilator',
)('the five-minute tour', () => {
  const folder = mkdtempSync(join(tmpdir(), 'camber-tour-'));
  const sample = join(folder, 'camber-sample');
  const build = join(sample, 'build/tiny-resnet18');
  let server: Server;
  let browser: Browser;
  let workbench: Workbench;
  const violations: string[] = [];
  /** Commands run from the palette or by their button. */
  const ran = new Set<string>();

  const view = (selector: string): Promise<FrameLocator> => viewWith(workbench, selector, patient);
  const shot = (name: string): Promise<string> => workbench.screenshot(`tour/${name}`);
  const report = (): Report => JSON.parse(readFileSync(join(build, 'report.json'), 'utf8')) as Report;

  async function command(title: string): Promise<void> {
    ran.add(title);
    await workbench.runCommand(`Camber: ${title}`);
  }

  /** Chooses in one of a view's lists. */
  async function pickIn(of: FrameLocator, field: string, option: string): Promise<void> {
    await of.locator(`vscode-dropdown[aria-label="${field}"]`).click();
    await of.getByRole('option', { name: option, exact: true }).click();
  }

  /** Takes a target by command from the quick pick, whose list is too long to be on screen as a whole. */
  async function target(name: string): Promise<void> {
    await command('Set Target Layer...');
    await workbench.page.locator('.quick-input-widget input[aria-label="GradCAM target"]').fill(name);
    await workbench.pick(name);
  }

  beforeAll(async () => {
    server = await startServer({
      vsix: [packagedExtension()],
      settings: { 'workbench.colorTheme': 'Default Dark Modern' },
    });
    browser = await startBrowser();
    workbench = await Workbench.open(browser, server, folder, { width: 1440, height: 1000 });
    workbench.page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) violations.push(message.text());
    });
    await workbench.waitForCommand('Camber: Open as Text');
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    await shot(`failed-${task.name.replaceAll(' ', '-')}`);
    console.log(`The window tells after "${task.name}":\n${await workbench.told()}`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the walkthrough opens the sample', async () => {
    await workbench.runCommand('Welcome: Open Walkthrough');
    await workbench.pick('Get started with Camber');
    const page = workbench.page.locator('.gettingStartedContainer');
    // The step itself is a button of that name, too.
    const open = page.getByRole('button', { name: 'Open the sample model' }).last();
    await open.waitFor();
    await page.locator('.getting-started-media img').first().waitFor();
    await shot('1-walkthrough');
    ran.add('Open the Sample Model...');
    await open.click();
    await workbench.answerDialog(`${folder}/`);
    await workbench.tab('tiny-resnet18.onnx').waitFor();
    expect(existsSync(join(sample, 'chelsea.jpg'))).toBe(true);
  });

  test('the graph opens, header and status bar fill', async () => {
    const graph = await view('.block');
    await workbench.statusBar(/cycles · \+[\d.]+ % for GradCAM · fits/).waitFor({ timeout: patient });
    await graph.locator('.summary', { hasText: /Target blocks\.7.*cycles.*fits xczu3eg/ }).waitFor();
    await graph.locator('.block').nth(3).hover();
    await graph.getByRole('tooltip').filter({ hasText: 'Utilisation' }).waitFor();
    await shot('2-graph');
  });

  test('compiles with one Enter, and Verify finds every value and cycle equal', async () => {
    await command('Compile GradCAM accelerator');
    await workbench.quickPicks().filter({ hasText: 'to camber-sample/build/tiny-resnet18' }).waitFor();
    await shot('3-compile');
    await workbench.pick();
    const done = workbench.notification('Compiled to camber-sample/build/tiny-resnet18');
    await done.waitFor({ timeout: patient });
    ran.add('Verify RTL');
    await workbench.choose(done, 'Verify');
    const { inference, explanation, total } = report().cycles;
    const verdict = workbench.notification(/[\d,]+ values equal/);
    await verdict.waitFor({ timeout: patient * 2 });
    const all = format.count(total);
    expect(total).toBe(inference + explanation);
    expect(await verdict.innerText()).toContain(`${all} of ${all} cycles`);
    await shot('4-verified');
  });

  test('the activity bar shows the model and its verified build', async () => {
    await workbench.page.locator('.activitybar .action-label[aria-label="Camber"]').first().click();
    const row = workbench.page
      .locator('.pane-body .monaco-list-row')
      .filter({ hasText: 'build/tiny-resnet18' });
    await row.filter({ hasText: '16x16 · xczu3eg · verified' }).waitFor();
    await shot('5-models');
    ran.add('Show Report');
    await row.click();
    await workbench.tab('Report: tiny-resnet18').waitFor();
    await shot('6-report');
    await workbench.openFile('tiny-resnet18.onnx');
  });

  test('heat maps: both engines, fidelity, another class, another method', async () => {
    await command('Show Heat Maps');
    const maps = await view('.heatmaps');
    const chelsea = maps.locator('[data-picture="chelsea"]');
    await chelsea.locator('canvas').nth(3).waitFor({ timeout: patient });
    expect(await chelsea.innerText()).toMatch(
      /Float\ncat\nscore [\d.]+[\s\S]*Fixed point\ncat\nscore [\d.]+[\s\S]*Pearson 0\.9\d+\nSpearman [\d.]+\nIoU [\d.]+/,
    );
    await shot('7-heat-maps');
    await pickIn(maps, 'Class', 'dog');
    await chelsea.filter({ hasText: /Float\s*dog[\s\S]*Fixed point\s*dog/ }).waitFor({ timeout: patient });
    await pickIn(maps, 'Method', 'LayerCAM');
    await chelsea.filter({ hasText: 'float only' }).waitFor({ timeout: patient });
    await shot('8-float-only');
    await pickIn(maps, 'Method', 'GradCAM');
    await pickIn(maps, 'Class', 'As compiled');
    await chelsea.filter({ hasText: /Fixed point\s*cat/ }).waitFor({ timeout: patient });
  });

  test('a map is enlarged, its neighbours by arrow keys, Escape goes back', async () => {
    const maps = await view('.heatmaps');
    await maps.getByRole('button', { name: /^Float, cat/ }).click();
    const dialog = maps.getByRole('dialog');
    await dialog.getByText('chelsea · Float').waitFor();
    await shot('9-enlarged');
    await workbench.page.keyboard.press('ArrowRight');
    await dialog.getByText('chelsea · Fixed point').waitFor();
    await workbench.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });

  test('a dropped picture is a row; one that is none says so in its row; both can be removed', async () => {
    const maps = await view('.heatmaps');
    const bytes = [...readFileSync(join(sample, 'coffee.jpg'))];
    // Runs in the page: made from text, because DOM types are not known here.
    const drop = new Function(
      'element',
      'contents',
      `const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(contents)], 'My cup.jpg', { type: 'image/jpeg' }));
      data.items.add(new File(['no picture'], 'wrong.png', { type: 'image/png' }));
      element.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));`,
    ) as (element: unknown, contents: number[]) => void;
    await maps.locator('.heatmaps').evaluate(drop, bytes);
    await maps.locator('[data-picture="My-cup"] canvas').nth(3).waitFor({ timeout: patient });
    const wrong = maps.locator('[data-picture="wrong"]');
    await wrong.locator('.diagnostic', { hasText: 'CAM301' }).waitFor({ timeout: patient });
    await shot('10-dropped');
    for (const title of ['wrong', 'My-cup']) {
      await maps.getByRole('button', { name: `Remove ${title}` }).click();
      await maps.locator(`[data-picture="${title}"]`).waitFor({ state: 'detached' });
    }
  });

  test('Explain Image adds the picture that is chosen', async () => {
    writeFileSync(join(folder, 'again.jpg'), readFileSync(join(sample, 'chelsea.jpg')));
    await command('Explain Image...');
    await workbench.answerDialog(join(folder, 'again.jpg'));
    const maps = await view('.heatmaps');
    await maps.locator('[data-picture="again"] canvas').nth(3).waitFor({ timeout: patient });
  });

  test('a row is saved as PNG', async () => {
    const maps = await view('.heatmaps');
    await maps.getByRole('button', { name: 'Save the maps of chelsea as PNG' }).click();
    const file = join(folder, 'maps.png');
    await workbench.answerDialog(file);
    const mark = (): string | undefined =>
      existsSync(file) ? readFileSync(file).subarray(1, 4).toString() : undefined;
    await expect.poll(mark, { timeout: 10_000 }).toBe('PNG');
  });

  test('another target: cycles, overhead and maps follow', async () => {
    const before = await workbench.statusBar('for GradCAM').innerText();
    await target('blocks.5/relu2');
    const maps = await view('.heatmaps');
    await maps.getByText('Target blocks.5/relu2 (8×8)').waitFor({ timeout: patient });
    await expect
      .poll(() => workbench.statusBar('for GradCAM').innerText(), { timeout: patient })
      .not.toBe(before);
    await maps.locator('[data-picture="chelsea"]:not(.stale) canvas').nth(3).waitFor({ timeout: patient });
    await target('blocks.7/relu2');
    await expect
      .poll(() => workbench.statusBar('for GradCAM').innerText(), { timeout: patient })
      .toBe(before);
  });

  test('one figure for a layer: report, hover, schedule (bar and table) and the counter of the RTL', async () => {
    // The explanation is one layer here. It starts while the inference drains, and ends where camber_top's counters
    // end: both add up to the total that Verify compared above.
    const layers = report().layers.filter((l) => l.phase !== 'inference');
    expect(layers).toHaveLength(1);
    const [layer] = layers as [Report['layers'][number]];
    const { explanation, total } = report().cycles;
    expect(layer.start + layer.cycles).toBe(total);
    await command('Show Schedule');
    const schedule = await view('.schedule');
    await schedule.locator('.figures-line', { hasText: format.cycles(explanation) }).waitFor();
    await schedule.getByRole('button', { name: 'Explanation' }).click();
    await schedule.locator('.bar.heatmap').first().hover();
    const tooltip = schedule.getByRole('tooltip');
    await tooltip.filter({ hasText: `${format.count(layer.cycles)} (` }).waitFor();
    await shot('11-explanation');
    await workbench.page.mouse.move(5, 5);
    await schedule.getByRole('button', { name: 'Table' }).click();
    const row = schedule.locator(`tr[data-layer="${layer.name}"]`);
    expect(await row.innerText()).toContain(`\t${format.count(layer.cycles)}\t`);
    // A layer of the file: the graph's hover has the table's figure, and a row selects its block.
    const second = report().layers[1]!;
    const inTable = schedule.locator(`tr[data-layer="${second.name}"]`);
    expect(await inTable.innerText()).toContain(`\t${format.count(second.cycles)}\t`);
    await inTable.click();
    const graph = await view('.block');
    const block = graph.locator(`[data-layer="${second.nodes[0]}"][aria-selected="true"]`);
    await block.waitFor();
    expect(await block.textContent()).toContain(format.count(second.cycles));
    await inTable.press('ArrowDown');
    await graph.locator(`[data-layer="${report().layers[2]!.nodes[0]}"][aria-selected="true"]`).waitFor();
    await schedule.getByRole('button', { name: 'Whole' }).click();
    const comparison = schedule.locator('.comparison');
    const { runtime, paper } = { runtime: comparison.getByText('as frameworks do it'), paper: '> 2×' };
    await runtime.waitFor();
    expect(await comparison.innerText()).toContain(paper);
    await shot('12-schedule');
  });

  test('resources: a click on an array chooses it; synthesis is cancelled', async () => {
    await command('Explore Arrays');
    const resources = await view('.resources');
    await resources.locator('[data-array="8x8"]').waitFor({ timeout: patient });
    await shot('13-resources');
    await resources.locator('[data-array="8x8"]').click();
    await resources.locator('[data-array="8x8"][aria-pressed="true"]').waitFor({ timeout: patient });
    await resources.getByRole('button', { name: '8x8 array' }).waitFor();
    await resources.locator('[data-array="16x16"]').focus();
    await workbench.page.keyboard.press('Enter');
    await resources.locator('[data-array="16x16"][aria-pressed="true"]').waitFor({ timeout: patient });
    ran.add('Synthesise');
    await resources.getByRole('button', { name: 'Synthesise' }).click();
    await resources.locator('.job-stage', { hasText: 'Yosys' }).waitFor({ timeout: patient });
    await shot('14-synthesising');
    await resources.getByRole('button', { name: 'Cancel' }).click();
    await resources.getByRole('button', { name: 'Synthesise' }).waitFor({ timeout: patient });
    expect(await workbench.notification('Synthesise:').count()).toBe(0);
  });

  test('device, array, clock and the static model by command', async () => {
    await command('Select Device...');
    await workbench.pick('xc7z020');
    const resources = await view('.resources');
    await resources.getByRole('button', { name: 'xc7z020' }).waitFor({ timeout: patient });
    await command('Select Device...');
    await workbench.pick('xczu3eg');
    await resources.getByRole('button', { name: 'xczu3eg' }).waitFor({ timeout: patient });
    await command('Select Array Size...');
    await workbench.pick('8x16');
    await resources.getByRole('button', { name: '8x16 array' }).waitFor({ timeout: patient });
    await command('Select Clock...');
    await workbench.answerDialog('125');
    const graph = await view('.block');
    await graph.locator('.summary', { hasText: 'at 125 MHz' }).waitFor({ timeout: patient });
    await command('Export Static GradCAM Model...');
    const file = join(folder, 'static.gradcam.onnx');
    await workbench.answerDialog(file);
    await workbench.notification('Exported to static.gradcam.onnx').waitFor();
    expect(readFileSync(file).includes('heatmap')).toBe(true);
  });

  test('axe finds nothing serious in any of the views', async () => {
    expect(Object.fromEntries(await seriousFindings(workbench.page))).toEqual({
      'Layer graph': [],
      Schedule: [],
      Resources: [],
      'Heat maps': [],
    });
  });

  test('the views follow the theme', async () => {
    for (const theme of ['light', 'high contrast', 'high contrast light', 'dark'] as const) {
      await workbench.setTheme(theme);
      await workbench.page.waitForTimeout(400);
      await shot(`15-${theme.replaceAll(' ', '-')}`);
    }
  });

  test('the remaining commands', async () => {
    await command('Open as Text');
    await workbench.tab('tiny-resnet18.onnxtext').waitFor();
    await command('Open as Graph');
    await view('.block');
    await command('Show Resources');
    await command('Show Output');
    const channel = workbench.page.locator('.part.panel select option:checked').filter({ hasText: 'Camber' });
    await channel.first().waitFor({ state: 'attached' });
    // With timings, and each line dated once: the window's own log is what it shows.
    const lines = workbench.page.locator('.output-view .view-line');
    await lines
      .filter({ hasText: /\[info\]\stiny-resnet18\.onnx:\scompiled\sin\s\d+\sms/ })
      .first()
      .waitFor();
    await shot('16-output');
    await command('Open Model...');
    await workbench.page.keyboard.press('Escape');
    const titles = Object.values<CommandDefinition>(commands)
      .filter(({ palette }) => palette !== 'false')
      .map(({ title }) => title);
    expect(titles.filter((title) => !ran.has(title))).toEqual([]);
  });

  test('after a reload every view is there once, as it was, and the model is compiled once', async () => {
    const name = 'tiny-resnet18.onnx';
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile(name);
    await target('blocks.5/relu2');
    await command('Show Report');
    await command('Open as Text');
    await workbench.openFile(name);
    await command('Show Heat Maps');
    await (
      await view('.heatmaps')
    )
      .locator('[data-picture="chelsea"] canvas')
      .nth(3)
      .waitFor({ timeout: patient });
    await pickIn(await view('.heatmaps'), 'Class', 'dog');
    await pickIn(await view('.heatmaps'), 'Method', 'LayerCAM');
    await (await view('.heatmaps')).getByRole('slider').fill('35');
    await command('Show Schedule');
    await (await view('.schedule')).getByRole('button', { name: 'Explanation' }).click();
    await (await view('.world')).getByRole('button', { name: 'Zoom in (+)' }).click();

    // Runs in the page: made from text, because DOM types are not known here.
    const valueOf = new Function('element', 'return element.value') as (element: unknown) => string;
    /** What stands in the views, in words and places. */
    const seen = async (): Promise<Record<string, unknown>> => {
      const [graph, maps, schedule, resources] = [
        await view('.world'),
        await view('.heatmaps'),
        await view('.schedule'),
        await view('.resources'),
      ];
      // The maps of the float engine: the fixed-point one offers GradCAM only.
      await maps.locator('[data-picture="chelsea"]:not(.stale) canvas').nth(1).waitFor({ timeout: patient });
      const field = (label: string): Promise<string> =>
        maps.locator(`vscode-dropdown[aria-label="${label}"]`).evaluate(valueOf);
      return {
        tabs: (await workbench.page.locator('.tabs-container .tab').allInnerTexts()).sort(),
        views: (await viewsOnScreen(workbench.page)).sort(),
        summary: await graph.locator('.summary').innerText(),
        place: await graph.locator('.world').getAttribute('style'),
        target: await maps.getByRole('button', { name: /^Target/ }).innerText(),
        class: await field('Class'),
        method: await field('Method'),
        opacity: await maps.locator('.percent').innerText(),
        pictures: await maps.locator('[data-picture] h2').allInnerTexts(),
        answer: await maps.locator('[data-picture="chelsea"]').innerText(),
        axis: await schedule.locator('.tick-label').allTextContents(),
        schedule: await schedule.locator('.figures-line').innerText(),
        resources: await resources.locator('.top').innerText(),
        bars: await resources.locator('.bars').innerText(),
      };
    };
    const done = (): number => server.output().split(`${name}: compiled in`).length - 1;
    const read = (): number => server.output().split(`${name}: read in`).length - 1;
    await workbench.statusBar(/cycles/).waitFor({ timeout: patient });
    const before = await seen();
    const [compiledBefore, readBefore] = [done(), read()];
    expect(before['views']).toEqual(['Heat maps', 'Layer graph', 'Resources', 'Schedule']);
    expect(before).toMatchObject({ class: '5', method: 'layercam', opacity: '35 %' });
    // What the views remember is written down a moment later.
    await workbench.page.waitForTimeout(1500);
    const loaded = workbench.page.waitForEvent('load');
    await workbench.runCommand('Developer: Reload Window');
    await loaded;
    await workbench.waitForCommand('Camber: Open as Text');
    await workbench.statusBar(/cycles/).waitFor({ timeout: patient });
    await shot('17-reloaded');
    expect(await seen()).toEqual(before);
    // The text comes from the same model, and stands where it stood: at whatever layer was looked at last.
    await workbench.tab('tiny-resnet18.onnxtext').click();
    await workbench.line('/Conv"]').waitFor();
    expect(done() - compiledBefore).toBe(1);
    expect(read() - readBefore).toBe(1);
  });

  test('the content security policy has nothing to report but the toolkit’s style attribute', () => {
    expect(violations.filter((v) => !/style/i.test(v))).toEqual([]);
  });
});
