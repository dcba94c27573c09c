/** One round of measurements in a real VS Code, fresh in every respect. All figures are milliseconds. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Frame, FrameLocator } from 'playwright-core';
import { startBrowser } from '../../test/vscode/support/browser.ts';
import { bundleSuite, runSuite } from '../../test/vscode/support/host.ts';
import { extensionFolder, packagedExtension, sampleWorkspace } from '../../test/vscode/support/packaged.ts';
import { startServer } from '../../test/vscode/support/server.ts';
import { viewWith } from '../../test/vscode/support/views.ts';
import { Workbench } from '../../test/vscode/support/workbench.ts';
import { hundredMegabytes, thousandNodes } from './models.ts';
import type { HostFigures } from './suite.ts';

export interface Round {
  readonly activation: number;
  readonly hostIdle: number;
  readonly hostBlocked: number;
  readonly hostBlockedUnqueued: number;
  readonly hostBlockedOwn: number;
  readonly picture: number;
  readonly sample: number;
  readonly thousand: number;
  readonly panning: number;
  readonly panningOwn: number;
  readonly large: number;
  readonly newTargetCycles: number;
  readonly newTargetMap: number;
  readonly restedTargetCycles: number;
  readonly restedTargetMap: number;
  readonly knownTargetCycles: number;
  readonly knownTargetMap: number;
}

const sampleName = 'tiny-resnet18.onnx';

/** A workspace with the sample and the models made for measuring. */
export function benchWorkspace(): { folder: string; remove: () => void } {
  const workspace = sampleWorkspace();
  writeFileSync(join(workspace.folder, 'thousand.onnx'), thousandNodes());
  writeFileSync(join(workspace.folder, 'large.onnx'), hundredMegabytes());
  return workspace;
}

async function hostFigures(folder: string): Promise<HostFigures> {
  const suite = await bundleSuite(fileURLToPath(new URL('./suite.ts', import.meta.url)), 'bench');
  const results = await runSuite({
    extension: (installed) => join(installed, extensionFolder()),
    server: { vsix: [packagedExtension()] },
    suite,
    workspace: folder,
  });
  const failed = results.find((r) => r.error !== undefined);
  if (failed) throw new Error(failed.error);
  return JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8')) as HostFigures;
}

/** Waits for a figure that one of the page's frames can tell, in milliseconds since 1970. */
async function told(workbench: Workbench, script: string, after: number): Promise<number> {
  const end = Date.now() + 60_000;
  const ask = (frame: Frame): Promise<number | undefined> =>
    frame.evaluate<number | undefined>(script).catch(() => undefined);
  for (;;) {
    for (const frame of workbench.page.frames()) {
      const at = await ask(frame);
      if (at !== undefined && at !== null && at > after) return at;
    }
    if (Date.now() > end) throw new Error(`no frame tells ${script}`);
  }
}

const painted =
  'performance.getEntriesByName("camber.graph.painted").map((e) => performance.timeOrigin + e.startTime).at(-1)';
/** Only in the frame of VS Code's own picture preview. */
const pictureShown =
  'document.querySelector("body.image img, body.container img") && performance.timeOrigin + performance.getEntriesByName("first-contentful-paint")[0]?.startTime';

/** From the choice of a file to its graph on the screen. */
async function opened(workbench: Workbench, name: string, script = painted): Promise<number> {
  const start = await workbench.openFile(name);
  return (await told(workbench, script, start)) - start;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Processor time of the event's thread, in microseconds. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Processor time of the longest task on any page's main thread, from a trace of Chromium's. */
function longestTask(trace: string): number {
  const { traceEvents: events } = JSON.parse(trace) as { readonly traceEvents: readonly TraceEvent[] };
  const thread = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const pages = new Set(
    events.filter((e) => e.name === 'thread_name' && e.args?.name === 'CrRendererMain').map(thread),
  );
  const tasks = events.filter((e) => e.name.endsWith('RunTask') && pages.has(thread(e)));
  if (tasks.length === 0) throw new Error('The trace holds no task of a page.');
  return tasks.reduce((most, { tdur = 0 }) => Math.max(most, tdur / 1000), 0);
}

/** What a script in a view comes to. */
const figure = (view: FrameLocator, script: string): Promise<number> =>
  view.locator('body').evaluate(script) as Promise<number>;

/**
 * The longest task of the page while it is panned, zoomed and dragged: on the clock, where other processes of a busy
 * machine are in it, and in processor time of the page's own thread.
 */
async function panned(browser: Browser, workbench: Workbench): Promise<{ wall: number; own: number }> {
  const view = await viewWith(workbench, '.viewport');
  const observe = `(() => {
    window.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
    }).observe({ entryTypes: ['longtask'] });
  })()`;
  await view.locator('body').evaluate(observe);
  const box = (await view.locator('.viewport').boundingBox())!;
  const { mouse, keyboard } = workbench.page;
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await browser.startTracing(workbench.page, { categories: ['toplevel'] });
  await mouse.move(middle.x, middle.y);
  for (let i = 0; i < 40; i++) await mouse.wheel(0, 400);
  await keyboard.down('Control');
  for (let i = 0; i < 8; i++) await mouse.wheel(0, 50);
  await keyboard.up('Control');
  for (let i = 0; i < 20; i++) await mouse.wheel(0, -400);
  await mouse.down();
  for (let i = 0; i < 40; i++) await mouse.move(middle.x + 5 * i, middle.y - 5 * i);
  await mouse.up();
  const own = longestTask((await browser.stopTracing()).toString());
  return { wall: await figure(view, 'window.longest'), own };
}

interface TargetChange {
  readonly cycles: number;
  readonly map: number;
}

/**
 * From the key that sets a target to its figures in the header, and to the first picture's map.
 *
 * @param rest how long the layer has been selected before, in milliseconds
 */
async function changeTarget(
  workbench: Workbench,
  graph: FrameLocator,
  heatMaps: FrameLocator,
  layer: string,
  rest: number,
): Promise<TargetChange> {
  await graph.getByRole('searchbox').fill(layer);
  await graph.locator(`.block[data-layer="${layer}"][aria-selected="true"]`).waitFor();
  await graph.getByRole('searchbox').press('Escape');
  const short = layer.split('/').slice(2, -1).join('/');
  const whenDone = (condition: string): string => `new Promise((done) => {
    const look = () => (${condition}) ? done(Date.now()) : setTimeout(look, 2);
    look();
  })`;
  const header = figure(
    graph,
    whenDone(
      `document.querySelector('.summary')?.textContent.includes('Target ${short}') && !document.querySelector('.view.stale')`,
    ),
  );
  const map = figure(
    heatMaps,
    `(async () => {
    await ${whenDone(`document.querySelector('.row.stale')`)};
    return ${whenDone(`!document.querySelector('.row').classList.contains('stale')`)};
  })()`,
  );
  // Both are looking by now.
  await workbench.page.waitForTimeout(rest);
  const start = Date.now();
  await workbench.page.keyboard.press('t');
  const result = { cycles: (await header) - start, map: (await map) - start };
  await heatMaps.locator('.row.stale').first().waitFor({ state: 'detached', timeout: 60_000 });
  return result;
}

/** Runs a round. `folder` is that of `benchWorkspace`. */
export async function round(folder: string): Promise<Round> {
  const host = await hostFigures(folder);
  const server = await startServer({ vsix: [packagedExtension()] });
  const browser = await startBrowser();
  try {
    const workbench = await Workbench.open(browser, server, folder);
    await workbench.waitForCommand('Camber: Show Output');
    await workbench.runCommand('Camber: Show Output');
    // VS Code's own start goes on for a while, and takes seconds of both its processes on two cores.
    await workbench.page.waitForTimeout(10_000);
    const picture = await opened(workbench, 'chelsea.jpg', pictureShown);
    const sample = await opened(workbench, sampleName);
    const thousand = await opened(workbench, 'thousand.onnx');
    const panning = await panned(browser, workbench);
    const large = await opened(workbench, 'large.onnx');
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile(sampleName);
    await workbench.runCommand('Camber: Show Heat Maps');
    const heatMaps = await viewWith(workbench, '.heatmaps');
    await heatMaps.locator('.row canvas').nth(3).waitFor({ timeout: 60_000 });
    const graph = await viewWith(workbench, '.world');
    const [first, second, third] = [7, 6, 5].map((i) => `/blocks/blocks.${i}/relu2/Relu`) as [
      string,
      string,
      string,
    ];
    const fresh = await changeTarget(workbench, graph, heatMaps, second, 100);
    await changeTarget(workbench, graph, heatMaps, first, 100);
    const rested = await changeTarget(workbench, graph, heatMaps, third, 5000);
    const known = await changeTarget(workbench, graph, heatMaps, second, 100);
    return {
      activation: host.activation,
      hostIdle: host.idle.wall,
      hostBlocked: host.large.wall,
      hostBlockedUnqueued: host.large.unqueued,
      hostBlockedOwn: host.large.own,
      picture,
      sample,
      thousand,
      panning: panning.wall,
      panningOwn: panning.own,
      large,
      newTargetCycles: fresh.cycles,
      newTargetMap: fresh.map,
      restedTargetCycles: rested.cycles,
      restedTargetMap: rested.map,
      knownTargetCycles: known.cycles,
      knownTargetMap: known.map,
    };
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Names of the figures and their bars; figures without one stand beside others for comparison. */
export const bars: Readonly<Record<keyof Round, { readonly title: string; readonly bar?: number }>> = {
  activation: { title: 'activation', bar: 150 },
  hostIdle: { title: 'extension host held up, idle (for comparison)' },
  hostBlocked: { title: 'extension host held up, opening 100 MB', bar: 50 },
  hostBlockedUnqueued: {
    title: '... without the time in which other processes had the processors',
    bar: 50,
  },
  hostBlockedOwn: { title: '... of it the host’s own processor time', bar: 50 },
  picture: { title: 'VS Code’s own picture preview, open to first paint (for comparison)' },
  sample: { title: 'ResNet18-w16, open to first graph paint', bar: 1000 },
  thousand: { title: '1,000 nodes, open to first graph paint', bar: 2000 },
  panning: { title: '1,000 nodes, longest task while panning', bar: 100 },
  panningOwn: { title: '... of it the page’s own processor time', bar: 100 },
  large: { title: '100 MB, open to first graph paint', bar: 5000 },
  newTargetCycles: { title: 'target never seen before to cycles and overhead (for comparison)' },
  newTargetMap: { title: 'target never seen before to heat map (for comparison)' },
  restedTargetCycles: { title: 'target selected for 5 s to cycles and overhead', bar: 500 },
  restedTargetMap: { title: 'target selected for 5 s to heat map', bar: 500 },
  knownTargetCycles: { title: 'known target to cycles and overhead', bar: 500 },
  knownTargetMap: { title: 'known target to heat map', bar: 500 },
};
