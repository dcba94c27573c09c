import { formatDiagnostic } from '../diagnostics.ts';
import type { Schedule } from '../schedule/operation.ts';
import { decibelText, type FidelityReport, type Spread } from './fidelity.ts';
import { blockRams } from './block-ram.ts';
import type { Family } from './families.ts';
import { memoryMap } from './memory-map.ts';
import type { Report } from './report.ts';
import { describeSource } from './fit.ts';
import { memoryShapes } from './resources.ts';
import { escape, grouped } from './svg.ts';
import { timeline } from './timeline.ts';

const style = `
:root { color-scheme: light dark; --line: #8884; --inference: #3a7ca5; --gradient: #d98324; --heatmap: #b5446e; }
body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th.name, td.name, .text { text-align: left; }
td.name { white-space: normal; overflow-wrap: anywhere; min-width: 18em; }
th { white-space: normal; vertical-align: bottom; }
.scroll { overflow-x: auto; }
svg { width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
.tick { stroke: var(--line); }
.inference { fill: var(--inference); } .gradient { fill: var(--gradient); } .heatmap { fill: var(--heatmap); }
.buffer { stroke: Canvas; stroke-width: 1; }
.key::before { content: ''; display: inline-block; width: .8em; height: .8em; margin: 0 .4em 0 1em; background: var(--key); }
.note { opacity: .75; }
pre { white-space: pre-wrap; }`;

const percent = (ratio: number) => `${(ratio * 100).toFixed(2)} %`;

/** A table whose first `texts` columns are text, the others figures. */
function table(head: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const kind = (column: number) => (column === 0 ? ' class="name"' : column < texts ? ' class="text"' : '');
  const cells = (tag: 'th' | 'td', row: readonly string[]) =>
    row.map((cell, column) => `<${tag}${kind(column)}>${escape(cell)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
  return `<div class="scroll"><table><thead><tr>${cells('th', head)}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

function summary(report: Report): string {
  const { array, cycles, device, target, numerics } = report;
  const milliseconds = cycles.total / (device.clockMHz * 1000);
  const rows = [
    ['Inference', `${grouped(cycles.inference)} cycles`],
    ['Explanation', `${grouped(cycles.explanation)} cycles (+${percent(cycles.overhead)})`],
    [
      'Total',
      `${grouped(cycles.total)} cycles, ${milliseconds.toFixed(3)} ms at an assumed ${device.clockMHz} MHz`,
    ],
    ['Utilisation of inference', percent(report.utilization.inference)],
    ['Array', `${array.rows} x ${array.columns}, ${array.lanes} requantiser lanes`],
    ['Weight port', `${array.weightPortBytesPerCycle} bytes per cycle`],
    ['Weights', weightsText(report)],
    ['Target', target ? `${target.tensor}, ${target.channels} x ${target.height} x ${target.width}` : 'none'],
    [
      'Gradient',
      target ? `${target.gradient}${numerics.gradientBits ? `, ${numerics.gradientBits} bits` : ''}` : 'none',
    ],
    ['Model', `${grouped(report.model.macs)} MACs, ${grouped(report.model.parameters)} parameters`],
  ];
  return table(['', 'Scheduled'], rows);
}

/** Bytes of the weight memory, and how much of it the backward pass takes for a form of its own. */
function weightsText({ target, memory: { weightsBytes, weightsCopyBytes } }: Report): string {
  if (!target) return `${grouped(weightsBytes)} bytes`;
  const copy =
    weightsCopyBytes === 0
      ? 'read by both directions'
      : `of these ${grouped(weightsCopyBytes)} a second copy for the backward pass`;
  return `${grouped(weightsBytes)} bytes, ${copy}`;
}

function layerTable(report: Report): string {
  const head = [
    'Layer',
    'Operator',
    'Phase',
    'Start (cycle)',
    'Cycles',
    'MACs',
    'Accumulator (bits)',
    'Utilisation',
    'Bytes read',
    'Bytes written',
  ];
  const rows = report.layers.map((l) => [
    l.name,
    l.op,
    l.phase,
    grouped(l.start),
    grouped(l.cycles),
    grouped(l.macs),
    String(l.accumulatorBits),
    percent(l.utilization),
    grouped(l.bytesRead),
    grouped(l.bytesWritten),
  ]);
  return table(head, rows, 3);
}

/** Why the explanation's cycles in the table come to more than those of the explanation: it starts in the inference's drain. */
function overlapNote({ cycles, layers }: Report): string {
  const first = layers.find((l) => l.phase !== 'inference');
  const overlap = first ? cycles.inference - first.start : 0;
  if (overlap <= 0) return '';
  return `<p class="note">The inference ends with its last score, at cycle ${grouped(cycles.inference)}. ${escape(first!.name)} starts ${grouped(overlap)} cycles before that, while the last results drain; they count as inference, once.</p>`;
}

/** The fidelity section; nothing where it was not measured. */
function fidelitySection(fidelity: FidelityReport | undefined): string {
  if (!fidelity) return '';
  const { pictures, top1Agreement, scores, map, layers } = fidelity;
  const spread = ({ median, low }: Spread) => [median.toFixed(4), low.toFixed(4)];
  const rows = map
    ? [
        ['Pearson correlation', ...spread(map.pearson)],
        ['Spearman correlation', ...spread(map.spearman)],
        ['Overlap of the top 20 % (IoU)', ...spread(map.iou)],
      ]
    : [];
  const { perturbation } = map ?? {};
  const curves = perturbation
    ? (['insertion', 'deletion'] as const).map((k) => [
        k === 'insertion' ? 'Insertion (high is good)' : 'Deletion (low is good)',
        perturbation[k].fixed.toFixed(3),
        perturbation[k].float.toFixed(3),
      ])
    : [];
  const noise = layers.map((l) => [l.layer, l.op, l.phase, decibelText(l.decibels)]);
  return `<h2>Fidelity: integers against floating point</h2>
<p>On ${pictures} calibration pictures: the same top class on ${percent(top1Agreement)}, scores ${decibelText(scores.decibels)}, largest error ${percent(scores.largestError)} of their range.</p>
${map ? `<p>Heat maps of ${escape(map.target)}, ${map.maps} compared, ${map.zeroMaps} all zero in floating point.</p>` : ''}
${rows.length > 0 ? table(['Map', 'Median', '5 % below'], rows) : ''}
${perturbation ? `<p>Areas under the curves of the class's probability, mean of ${perturbation.pictures} pictures.</p>\n${table(['Curve', 'Integer map', 'Float map'], curves)}` : ''}
<h3>Signal-to-noise ratio of each layer</h3>
${table(['Layer', 'Operator', 'Phase', 'Median'], noise, 3)}`;
}

function resourceTable({ resources }: Report): string {
  const kinds = { lut: 'LUT', ff: 'FF', dsp: 'DSP', bram36: 'Block RAM (36 Kibit)' } as const;
  const rows = Object.entries(kinds).map(([key, name]) => {
    const kind = key as keyof typeof kinds;
    const [need, have] = [resources.estimated[kind], resources.available[kind]];
    const extra = resources.explanation?.[kind];
    const explanation =
      extra === undefined ? [] : [`${grouped(extra)} (+${percent(extra / Math.max(1, need - extra))})`];
    return [name, grouped(need), ...explanation, grouped(have), have > 0 ? percent(need / have) : '–'];
  });
  const explanation = resources.explanation ? ['Of it for the explanation'] : [];
  return table(['Resource', 'Estimated', ...explanation, 'Available', 'Share'], rows);
}

/** What a DSP block and a LUT do: the figures by which accelerators are compared. */
function density({ model, array, cycles, resources: { estimated } }: Report): string {
  const perDsp = model.macs / (cycles.inference * estimated.dsp);
  const perMac = estimated.lut / array.macsPerCycle;
  return `<p>${perDsp.toFixed(2)} multiply-accumulates per DSP block and cycle of the inference; ${perMac.toFixed(0)} LUT for each of the array's ${grouped(array.macsPerCycle)} multiply-accumulate units, as estimated.</p>`;
}

function memoryTable(schedule: Schedule, family: Family): string {
  const rows = memoryShapes(schedule).map((m) => [
    m.name,
    `${grouped(m.depth)} x ${grouped(m.width)} bits`,
    grouped(Math.ceil((m.depth * m.width) / 8)),
    String(blockRams(m, family)),
  ]);
  return table(['Memory', 'Shape', 'Bytes', 'Block RAM'], rows);
}

/** `report.html`: one file, no scripts, nothing fetched; opens without a server. The device may be of the user's own: its family is told. */
export function reportHtml(report: Report, schedule: Schedule, family: Family): string {
  const { model, device, resources } = report;
  const phases = ['inference', 'gradient', 'heatmap'] as const;
  const key = phases.map((p) => `<span class="key" style="--key: var(--${p})">${p}</span>`).join('');
  const notes = report.diagnostics.map(formatDiagnostic).join('\n');
  const fits = resources.fits ? `fits ${device.part}` : `does not fit ${device.part}`;
  const masks = schedule.depths.mask > 0 ? `<h3>Masks</h3>\n${memoryMap(schedule, 'mask')}` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(model.name)}: Camber report</title>
<style>${style}</style>
</head>
<body>
<h1>${escape(model.name)}</h1>
${summary(report)}
<h2>Schedule</h2>
<p>${key}</p>
${timeline(report)}
<h2>Layers</h2>
${overlapNote(report)}
${layerTable(report)}
<h2>Memory</h2>
${memoryTable(schedule, family)}
<h3>Activations</h3>
${memoryMap(schedule, 'activation')}
${masks}
<h2>Resources: ${escape(fits)}</h2>
${resourceTable(report)}
${density(report)}
<p class="note">Block RAM is counted from the memories' shapes and DSP from the array; LUT and FF come from ${escape(describeSource(resources.fit))}; <code>camber synth</code> synthesises this one.</p>
${fidelitySection(report.fidelity)}
${notes === '' ? '' : `<h2>Diagnostics</h2>\n<pre>${escape(notes)}</pre>`}
</body>
</html>
`;
}
