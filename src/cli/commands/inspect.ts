import { inspectGraph, type InspectedLayer, type Inspection } from '../../compiler/report/inspect.ts';
import { loadModel } from '../../toolchain/model-file.ts';
import type { CliCommand, Outcome } from '../command.ts';
import { addModelOptions, type ModelOptions } from '../options.ts';
import { formatShape, formatTable, grouped, type Column } from '../table.ts';

const columns: readonly Column<InspectedLayer>[] = [
  { title: 'layer', value: (l) => l.name },
  { title: 'operator', value: (l) => l.op },
  { title: 'shape', value: (l) => formatShape(l.shape) },
  { title: 'parameters', value: (l) => (l.parameters === 0 ? '' : grouped(l.parameters)), right: true },
  { title: 'MACs', value: (l) => (l.macs === 0 ? '' : grouped(l.macs)), right: true },
];

export const inspect: CliCommand = {
  name: 'inspect',
  description: 'lists the layers of a model with shapes, parameters and multiply-accumulates',
  positional: '<model>',
  schemaVersion: 1,
  configure: addModelOptions,
  run: async (path: string, options: ModelOptions): Promise<Outcome> => {
    const model = await loadModel(path, options);
    const inspection = inspectGraph(model.graph, options.score);
    const { diagnostics, ...rest } = inspection;
    return {
      json: { model: model.name, opset: model.graph.opset, ...rest },
      text: describe(model.name, inspection),
      diagnostics: [...model.diagnostics, ...diagnostics],
      failed: diagnostics.some((d) => d.severity === 'error'),
    };
  },
};

function describe(name: string, i: Inspection): string {
  const sizes = `${grouped(i.nodes)} nodes, ${grouped(i.parameters)} parameters, ${grouped(i.macs)} MACs`;
  const end = (title: string, values: Inspection['inputs']) =>
    values.map((v) => `${title} ${v.name} ${formatShape(v.shape)}`);
  const head = [`${name}: ${sizes}`, ...end('input', i.inputs), ...end('output', i.outputs)];
  if (i.defaultTarget !== undefined) {
    const count = i.targets.length;
    head.push(
      `${grouped(count)} possible ${count === 1 ? 'target' : 'targets'}, by default ${i.defaultTarget}`,
    );
  }
  return `${head.join('\n')}\n\n${formatTable(i.layers, columns)}`;
}
