import { describe, expect, it } from 'vitest';
import { defaultPart, devices, findDevice } from '../../../src/compiler/report/devices.ts';
import { reportHtml } from '../../../src/compiler/report/html.ts';
import { buildReport } from '../../../src/compiler/report/report.ts';
import { scheduleDocument } from '../../../src/compiler/report/schedule-json.ts';
import { schedule } from '../../../src/compiler/schedule/schedule.ts';
import { generateNetwork } from '../schedule/support/generate.ts';
import { residualNetwork, resnet18w16 } from '../schedule/support/resnet.ts';

const model = { name: 'resnet <18> & co', opset: 17, parameters: 700_000 };
const shape = { rows: 16, columns: 16, lanes: 8 };

function reportOf(part: string) {
  const { network } = residualNetwork(resnet18w16, 'last');
  const plan = schedule(network, shape);
  const device = findDevice(part)!;
  return {
    plan,
    report: buildReport({ model, network, schedule: plan, device, clockMHz: 100, diagnostics: [] }),
  };
}

describe('the report', () => {
  const { plan, report } = reportOf(defaultPart);

  it('holds the figures of the schedule and of nothing else', () => {
    expect(report.cycles).toMatchObject(plan.cycles);
    expect(report.cycles.total).toBe(plan.cycles.inference + plan.cycles.explanation);
    expect(report.cycles.overhead).toBeCloseTo(plan.cycles.explanation / plan.cycles.inference, 12);
    expect(report.model.macs).toBe(35_046_656);
    expect(report.target).toMatchObject({ channels: 128, height: 4, width: 4, gradient: 'constant' });
  });

  it('has layers that follow one another and fill the whole time', () => {
    let end = 0;
    for (const layer of report.layers) {
      expect(layer.start).toBe(end);
      expect(layer.time.compute + layer.time.output + layer.time.fill).toBe(layer.cycles);
      expect(layer.time.fill).toBeGreaterThanOrEqual(0);
      end += layer.cycles;
    }
    expect(end).toBe(report.cycles.total);
  });

  it('counts the bytes of a layer', () => {
    // The stem: 32 x 32 outputs, 3 steps each; its 3 kernel rows meet 94 of 96 image rows; no step leaves sideways
    // but where the window starts left of the packed word: 1056 words a row are all inside.
    const stem = report.layers[0]!;
    expect(stem.bytesWritten).toBe(32 * 32 * 16);
    expect(stem.bytesRead).toBe(94 * 32 * 16 + 32 * 32 * 3 * 256);
  });

  it('says how many weights are kept a second time for the backward pass: of a residual network none', () => {
    const bytes = (explained: Parameters<typeof residualNetwork>[1], columns: 16 | 32) => {
      const { network } = residualNetwork(resnet18w16, explained);
      const plan = schedule(network, { rows: 16, columns, lanes: columns / 2 });
      const device = findDevice(defaultPart)!;
      const built = buildReport({
        model,
        network,
        schedule: plan,
        device,
        clockMHz: 100,
        diagnostics: [],
      });
      return { ...built.memory, html: reportHtml(built, plan, device.family) };
    };
    for (const columns of [16, 32] as const) {
      const inner = bytes({ block: 3, bits: 8 }, columns);
      expect(inner.weightsCopyBytes).toBe(0);
      expect(inner.html).toContain('bytes, read by both directions');
      expect(inner.weightsBytes).toBe(bytes('none', columns).weightsBytes);
    }
  });

  it('says what is short on a device that is too small', () => {
    const { report: small } = reportOf('xc7z020');
    expect(small.resources.fits).toBe(false);
    expect(small.diagnostics.map((d) => d.code)).toEqual(['CAM502']);
    expect(small.diagnostics[0]!.message).toMatch(
      /block RAM [\d.]+ of 140 \(171 for the weights alone, [\d.]+ for the activations\)/,
    );
    // 57 halves of a block per 512 weight words, 2736 words: 171 blocks for the weights alone.
    expect(small.resources.estimated.bram36).toBeGreaterThan(171);
    // The next larger part of the same family.
    expect(small.diagnostics[0]!.hint).toMatchInlineSnapshot(
      `"Choose xc7a200t (Artix-7 200T (Nexys Video)), the smallest listed device with room for it, or a smaller model."`,
    );
  });

  it('is plain data, and the schedule document too', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    const document = scheduleDocument(plan);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(document.operations).toHaveLength(plan.operations.length);
  });

  it('reports networks of every layer kind, with and without explanation', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { network } = generateNetwork(seed, { explanation: seed % 4 !== 0 });
      const generated = schedule(network, { rows: 8, columns: 8, lanes: 4 });
      const device = devices[0]!;
      const made = buildReport({
        model,
        network,
        schedule: generated,
        device,
        clockMHz: 50,
        diagnostics: [],
      });
      expect(made.layers.reduce((sum, layer) => sum + layer.cycles, 0)).toBe(made.cycles.total);
      expect('target' in made).toBe(network.explanation !== undefined);
    }
  });
});

describe('report.html', () => {
  const { plan, report } = reportOf(defaultPart);
  const html = reportHtml(report, plan, 'xcup');

  it('is one file without scripts or anything to fetch', () => {
    expect(html).not.toMatch(/<script|src=|href=|url\(|@import/);
  });

  it('escapes names and shows every layer and total', () => {
    expect(html).toContain('resnet &lt;18&gt; &amp; co');
    for (const layer of report.layers) expect(html).toContain(`<td class="name">${layer.name}</td>`);
    expect(html).toContain(`${report.cycles.inference.toLocaleString('en-US')} cycles`);
  });

  it('keeps the end of a name that has no room beside the timeline', () => {
    const name = `${'/block'.repeat(10)}/Conv`;
    const [first, ...others] = report.layers;
    const long = reportHtml({ ...report, layers: [{ ...first!, name }, ...others] }, plan, 'xcup');
    expect(long).toContain(`>…${name.slice(-35)}</text>`);
    expect(long).toContain(`<td class="name">${name}</td>`);
  });

  it('says where the layers of the explanation overlap the inference', () => {
    const { inference, explanation } = report.cycles;
    const later = report.layers.filter((l) => l.phase !== 'inference');
    const own = later.reduce((sum, l) => sum + l.cycles, 0);
    expect(own).toBeGreaterThan(explanation);
    expect(html).toContain(`its last score, at cycle ${inference.toLocaleString('en-US')}.`);
    expect(html).toContain(`starts ${own - explanation} cycles before that`);
  });

  it('tells what a DSP block and a LUT do', () => {
    const { dsp, lut } = report.resources.estimated;
    const perDsp = report.model.macs / (report.cycles.inference * dsp);
    expect(html).toContain(`${perDsp.toFixed(2)} multiply-accumulates per DSP block`);
    expect(html).toContain(`${(lut / 256).toFixed(0)} LUT for each of the array's 256`);
  });
});
