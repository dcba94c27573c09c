import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CompileError, diagnostic } from '../../src/compiler/diagnostics.ts';
import { DocumentHighlightKind } from 'vscode-languageserver';
import { beforeAll, describe, expect, it } from 'vitest';
import * as format from '../../src/protocol/format.ts';
import { costsByNode, mainCost, nodeFacts, summary } from '../../src/protocol/layer-facts.ts';
import type { CompiledView, ModelState, ModelView } from '../../src/protocol/views.ts';
import {
  definition,
  highlights,
  documentSymbols,
  hover,
  inlayHints,
  codeLenses,
  references,
} from '../../src/server/features/text.ts';
import type { JobContext, JobOptions } from '../../src/server/jobs/messages.ts';
import { jobOptions, readSettings } from '../../src/server/options.ts';
import { serialise } from '../../src/compiler/serialise.ts';
import { Session } from '../../src/server/session/session.ts';
import { listedPictures } from '../../src/server/session/pictures.ts';
import { textForm, type TextForm } from '../../src/server/text/form.ts';
import { compiledView } from '../../src/server/views/compiled.ts';
import { modelView } from '../../src/server/views/model.ts';
import type { Schedule } from '../../src/compiler/schedule/operation.ts';

const sample = fileURLToPath(new URL('../../media/sample/tiny-resnet18.onnx', import.meta.url));
const context: JobContext = { progress: () => undefined, signal: new AbortController().signal };
const everything = { start: { line: 0, character: 0 }, end: { line: 1e6, character: 0 } };

/** The sample through the worker's own session, as the editor sees it. */
describe('the sample in the editor', () => {
  let session: Session;
  let options: JobOptions;
  let model: ModelView;
  let form: TextForm;
  let schedule: Schedule;
  let compiled: CompiledView;
  let state: ModelState;

  beforeAll(async () => {
    session = await Session.read(sample);
    options = jobOptions(readSettings(undefined), {});
    ({ model } = modelView(session.file.name, session.file.graph));
    form = textForm(session.file.graph);
    const compilation = await session.compile(options, context);
    ({ schedule } = compilation);
    compiled = compiledView(compilation.report, schedule, compilation.analysis.original);
    const status = { kind: 'ready' } as const;
    state = {
      uri: 'file:///m.onnx',
      status,
      choices: {},
      revision: 1,
      model,
      compiled,
      stale: false,
      diagnostics: [],
    };
  });

  /** Cycles of a node's layer, from the schedule's operations by hand; undefined where nothing is left of the node. */
  function scheduled(node: string): number | undefined {
    const cost = mainCost(costsByNode(compiled).get(node));
    if (!cost) return undefined;
    const operations = schedule.operations.filter((o) => o.operation.layer === cost.name);
    const last = operations.at(-1)!;
    return last.start + last.length - cost.start;
  }

  it('hovers tell the schedule’s figures, on every layer', () => {
    const folded: string[] = [];
    expect(model.layers.length).toBeGreaterThan(40);
    for (const layer of model.layers) {
      const line = form.nodeLines.get(layer.id)!;
      const contents = hover({ form, state }, { line, character: 5 })!.contents as { value: string };
      const plain = contents.value.replaceAll('\\', '');
      expect(plain).toContain(`**${layer.id}**`);
      const cycles = scheduled(layer.id);
      if (cycles === undefined) folded.push(layer.op);
      else expect(plain).toContain(`| Cycles | ${format.count(cycles)} (`);
      const rows = nodeFacts(layer, compiled).facts;
      for (const { label, value } of rows) expect(plain).toContain(`| ${label} | ${value}`);
    }
    // A flatten moves nothing: it is gone.
    expect(folded).toEqual(['Flatten']);
  });

  it('layers follow one another and add up to the whole', () => {
    const total = compiled.layers.reduce((sum, layer) => sum + layer.cycles, 0);
    expect(total).toBe(schedule.cycles.inference + schedule.cycles.explanation);
    for (const { cycles, time } of compiled.layers)
      expect(time.compute + time.output + time.fill).toBe(cycles);
    expect(summary(compiled, model).overhead).toBe(
      `+${((schedule.cycles.explanation / schedule.cycles.inference) * 100).toFixed(2)} % for GradCAM`,
    );
  });

  it('inlay hints stand once for each layer of the accelerator', () => {
    const hints = inlayHints({ form, state }, everything);
    const lines = form.text.split('\n');
    for (const { position } of hints)
      expect(lines[position.line]!.slice(0, position.character)).toMatch(/^ {3}\[.*\]$/);
    const inference = compiled.layers.filter((l) => l.phase === 'inference');
    // Lines stand in the file's order, layers in the schedule's.
    expect(hints.map((h) => h.label).sort()).toEqual(
      inference.map((l) => `// ${format.cycles(l.cycles)}`).sort(),
    );
  });

  it('code lenses offer every possible target and mark the current one', () => {
    const titles = codeLenses({ form, state }).map((lens) => lens.command!.title);
    expect(titles).toHaveLength(model.targets.length);
    expect(titles.filter((t) => t.includes('$(target)'))).toHaveLength(1);
    expect(compiled.target.tensor).toBe(model.defaultTarget);
  });

  it('the outline has every node, and tensors lead to their definitions', () => {
    expect(documentSymbols({ form, state })[0]!.children).toHaveLength(model.layers.length);
    const use = form.spans.find((s) => s.role === 'use' && s.tensor.includes('stem.2/Relu'))!;
    const at = { line: use.line, character: use.start + 1 };
    expect(definition({ form } as never, at)).toEqual([
      {
        start: { line: form.nodeLines.get('/stem/stem.2/Relu'), character: expect.any(Number) as number },
        end: expect.anything() as object,
      },
    ]);
    expect(references({ form } as never, at, true).length).toBe(
      references({ form } as never, at, false).length + 1,
    );
  });

  it('constants and inputs tell their types; a tensor is highlighted everywhere', () => {
    const at = (tensor: string): { line: number; character: number } => {
      const { line, start } = form.spans.find((s) => s.tensor === tensor)!;
      return { line, character: start + 1 };
    };
    const weights = model.layers[0]!.constants[0]!.name;
    const text = (tensor: string): string =>
      (hover({ form, state }, at(tensor))!.contents as { value: string }).value.replaceAll('\\', '');
    expect(text(weights)).toContain('float32 16×3×3×3');
    expect(text(weights)).toContain('Read by /stem/stem.0/Conv');
    expect(text(model.inputs[0]!.name)).toContain('float32 1×3×32×32');
    const shown = highlights({ form, state }, at(weights));
    expect(shown.map((h) => h.kind)).toEqual([DocumentHighlightKind.Write, DocumentHighlightKind.Read]);
  });

  it('a build cancelled at any stage leaves nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'camber-cancelled-'));
    try {
      let stages = 0;
      const count = { ...context, progress: () => void stages++ };
      await session.build(options, join(folder, 'whole'), count);
      expect(stages).toBeGreaterThan(1);
      rmSync(join(folder, 'whole'), { recursive: true });
      for (let last = 0; last < stages; last++) {
        let left = last;
        const stop = {
          ...context,
          progress: (): void => {
            if (left-- === 0) throw new CompileError([diagnostic('CAM606', 'Cancelled.', 'Start it again.')]);
          },
        };
        await expect(session.build(options, join(folder, 'build'), stop)).rejects.toThrow(CompileError);
        expect(readdirSync(folder)).toEqual([]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('heat maps of both engines agree on its pictures', async () => {
    const pictures = listedPictures(session.file);
    expect(pictures.map((p) => p.title)).toEqual(['chelsea', 'coffee', 'astronaut']);
    const row = await session.heatMap(options, { picture: pictures[0]!.id }, context);
    expect(row.float!.label).toBe('cat');
    expect(row.fixed!.label).toBe('cat');
    expect(row.fixed!.map.values).toHaveLength(16);
    // Int8 against float on a trained network: the bar of the fidelity tests (median 0.98), with room for one picture.
    expect(row.fidelity!.pearson).toBeGreaterThan(0.95);
    expect(row.image).toMatch(/^data:image\/png;base64,/);
  });

  it('another class and another method are asked for at run time, without another compilation', async () => {
    const choices = session.heatMapChoices();
    expect(choices.classes).toHaveLength(10);
    expect(choices.classes[3]).toBe('cat');
    expect(choices.methods.filter((m) => m.fixed).map((m) => m.name)).toEqual(['gradcam']);
    const picture = listedPictures(session.file)[0]!.id;
    const dog = await session.heatMap(options, { picture, class: 5 }, context);
    expect([dog.float!.class, dog.fixed!.class]).toEqual([5, 5]);
    expect(dog.fidelity!.pearson).toBeGreaterThan(0.9);
    const layer = await session.heatMap(options, { picture, method: 'layercam' }, context);
    expect(layer.floatOnly).toBe(true);
    expect(layer.fixed).toBeUndefined();
    expect(layer.float!.map.values).toHaveLength(16);
  });

  it('is never replaced by its own static model', async () => {
    const before = readFileSync(sample);
    await expect(session.export(options, sample)).rejects.toThrow(/^CAM605: Writing .* would replace/);
    expect(readFileSync(sample).equals(before)).toBe(true);
  });

  it('explored arrays have the cycles of their own compilations', async () => {
    const { points, part } = await session.explore(options, context);
    expect(part).toBe(options.device);
    const { array, cycles } = compiled;
    const same = points.find((p) => p.rows === array.rows && p.columns === array.columns)!;
    expect(same.cycles).toBe(cycles.total);
    const small = await session.compile({ ...options, array: '8x8' }, context);
    const point = points.find((p) => p.rows === 8 && p.columns === 8)!;
    expect(point.cycles).toBe(small.schedule.cycles.inference + small.schedule.cycles.explanation);
    expect(points.some((p) => p.pareto)).toBe(true);
  });

  it('a backward pass at run time is bounded by the products that it needs', () => {
    const { framework, stopped } = compiled.runtimeBackward;
    const macs = model.layers.reduce((sum, l) => sum + l.macs, 0);
    const first = model.layers[0]!.macs;
    const dense = model.layers.at(-1)!.macs;
    const map = compiled.target.channels * compiled.target.height * compiled.target.width;
    // Weights of all layers and activations of all but the first; the image needs no gradient.
    expect(framework.macs).toBe(2 * macs - first + map);
    expect(stopped.macs).toBe(dense + map);
    expect(framework.cycles).toBe(Math.ceil(framework.macs / compiled.array.macsPerCycle));
    expect(framework.overhead).toBeCloseTo(framework.cycles / compiled.cycles.inference);
  });

  it('another target in the same session gives the network of a session of its own', async () => {
    const other = { ...options, target: '/blocks/blocks.6/relu2/Relu_output_0' };
    const fresh = await (await Session.read(sample)).compile(other, context);
    const warm = await session.compile(other, context);
    expect(warm.report.cycles).toEqual(fresh.report.cycles);
    expect(serialise(warm.network)).toEqual(serialise(fresh.network));
  });

  it('a compilation is kept: the same choices give the same object', async () => {
    expect(await session.compile({ ...options }, context)).toBe(await session.compile(options, context));
  });
});
