/**
 * What the text view's language features say. Pure functions of the text form and the model's state.
 */
import {
  DocumentHighlightKind,
  FoldingRangeKind,
  InlayHintKind,
  SymbolKind,
  type CodeLens,
  type DocumentHighlight,
  type DocumentSymbol,
  type FoldingRange,
  type Hover,
  type InlayHint,
  type Position,
  type Range,
} from 'vscode-languageserver';
import * as format from '../../protocol/format.ts';
import { carriesFigure, costsByNode, mainCost, nodeFacts } from '../../protocol/layer-facts.ts';
import type { ModelState } from '../../protocol/views.ts';
import { labelEnd, type TextForm } from '../text/form.ts';
import type { TensorSpan } from '../text/writer.ts';
import { escape, factsMarkdown } from './markdown.ts';

export interface TextView {
  readonly form: TextForm;
  readonly state: ModelState;
}

/** The whole of a line. */
export function lineRange(form: TextForm, line: number): Range {
  return { start: { line, character: 0 }, end: { line, character: lineLength(form, line) } };
}

const lengths = new WeakMap<TextForm, readonly number[]>();
function lineLength(form: TextForm, line: number): number {
  let known = lengths.get(form);
  if (!known) lengths.set(form, (known = form.text.split('\n').map((l) => l.length)));
  return known[line] ?? 0;
}

const spanRange = (span: TensorSpan): Range => ({
  start: { line: span.line, character: span.start },
  end: { line: span.line, character: span.end },
});

const spanAt = (form: TextForm, at: Position): TensorSpan | undefined =>
  form.spans.find((s) => s.line === at.line && s.start <= at.character && at.character <= s.end);

/** A layer's facts on its line, the type of a tensor elsewhere. */
export function hover(view: TextView, at: Position): Hover | undefined {
  const { form, state } = view;
  const node = form.nodesByLine.get(at.line);
  const layer = state.model?.layers.find((l) => l.id === node);
  if (!layer) return tensorHover(view, at);
  const facts = nodeFacts(layer, state.compiled);
  return {
    contents: { kind: 'markdown', value: factsMarkdown(facts, state.stale) },
    range: lineRange(form, at.line),
  };
}

/** What is known of a tensor in the header or among the initializers. */
function tensorHover({ form, state }: TextView, at: Position): Hover | undefined {
  const span = spanAt(form, at);
  const { inputs = [], outputs = [], layers = [] } = state.model ?? {};
  const known = [...inputs, ...outputs, ...layers.flatMap((l) => l.constants)];
  const tensor = known.find(({ name }) => name === span?.tensor);
  if (!span || !tensor) return undefined;
  const readers = layers.filter((l) => l.inputs.includes(tensor.name)).map((l) => l.id);
  const lines = [
    `**${escape(tensor.name)}**  `,
    `${escape(`${tensor.dtype} ${format.shape(tensor.shape)}`)}${readers.length > 0 ? '  ' : ''}`,
    ...(readers.length > 0
      ? [`Read by ${escape(readers.slice(0, 3).join(', '))}${readers.length > 3 ? ' ...' : ''}`]
      : []),
  ];
  return { contents: { kind: 'markdown', value: lines.join('\n') }, range: spanRange(span) };
}

export function inlayHints({ form, state }: TextView, range: Range): InlayHint[] {
  const costs = costsByNode(state.compiled);
  return (state.model?.layers ?? []).flatMap((layer) => {
    const line = form.nodeLines.get(layer.id);
    const cost = mainCost(costs.get(layer.id));
    if (line === undefined || line < range.start.line || line > range.end.line) return [];
    if (!cost || !carriesFigure(layer, cost)) return [];
    return [
      {
        // Behind the name, not at the end: a hint that is wrapped to a line of its own is drawn over the lens below it.
        position: { line, character: labelEnd(layer.id) },
        label: `// ${format.cycles(cost.cycles)}`,
        kind: InlayHintKind.Type,
        paddingLeft: true,
      },
    ];
  });
}

export function codeLenses({ form, state }: TextView): CodeLens[] {
  const targets = new Set(state.model?.targets);
  const current = state.compiled?.target.tensor;
  return (state.model?.layers ?? []).flatMap((layer) => {
    const line = form.nodeLines.get(layer.id);
    const tensor = layer.outputs.find((o) => targets.has(o));
    if (line === undefined || tensor === undefined) return [];
    const title = tensor === current ? '$(target) GradCAM target' : 'Set as GradCAM target';
    return [
      {
        range: lineRange(form, line),
        command: { title, command: 'camber.setTarget', arguments: [{ uri: state.uri, tensor }] },
      },
    ];
  });
}

export function documentSymbols({ form, state }: TextView): DocumentSymbol[] {
  const layers = state.model?.layers ?? [];
  const nodes = form.blocks.find((b) => b.name === 'nodes');
  const children = layers.flatMap((layer): DocumentSymbol[] => {
    const line = form.nodeLines.get(layer.id);
    if (line === undefined) return [];
    const range = lineRange(form, line);
    const detail = layer.shape === undefined ? layer.op : `${layer.op} ${format.shape(layer.shape)}`;
    return [{ name: layer.id, detail, kind: SymbolKind.Function, range, selectionRange: range }];
  });
  const end = lineRange(form, nodes?.to ?? form.graphLine).end;
  return [
    {
      name: state.model?.name ?? 'graph',
      kind: SymbolKind.Module,
      range: { start: { line: form.graphLine, character: 0 }, end },
      selectionRange: lineRange(form, form.graphLine),
      children,
    },
  ];
}

export function foldingRanges({ form }: TextView): FoldingRange[] {
  return form.blocks
    .filter((block) => block.to > block.from)
    .map((block) => ({ startLine: block.from, endLine: block.to, kind: FoldingRangeKind.Region }));
}

/** Where the tensor at a position is defined. */
export function definition({ form }: TextView, at: Position): Range[] {
  const span = spanAt(form, at);
  if (!span) return [];
  return form.spans.filter((s) => s.tensor === span.tensor && s.role === 'definition').map(spanRange);
}

/** Every place of the tensor at a position, told apart by whether it is written or read there. */
export function highlights({ form }: TextView, at: Position): DocumentHighlight[] {
  const span = spanAt(form, at);
  if (!span) return [];
  return form.spans
    .filter((s) => s.tensor === span.tensor)
    .map((s) => ({
      range: spanRange(s),
      kind: s.role === 'definition' ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}

/** Everywhere the tensor at a position stands. */
export function references({ form }: TextView, at: Position, withDefinition: boolean): Range[] {
  const span = spanAt(form, at);
  if (!span) return [];
  return form.spans
    .filter((s) => s.tensor === span.tensor && (withDefinition || s.role === 'use'))
    .map(spanRange);
}
