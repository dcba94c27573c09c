import { exportStaticModel } from '../../compiler/gradient/export.ts';
import { methodNames, type MethodName } from '../../compiler/gradient/methods.ts';
import { explanationMacs } from '../../compiler/gradient/macs.ts';
import { imageInput } from '../../compiler/graph/image-input.ts';
import { writeOutput } from '../../toolchain/files.ts';
import { checkOutput } from '../../toolchain/outputs.ts';
import { loadModel } from '../../toolchain/model-file.ts';
import type { CliCommand, Outcome } from '../command.ts';
import {
  addExplanationOptions,
  addModelOptions,
  oneOf,
  type ClassOption,
  type ModelOptions,
} from '../options.ts';
import { grouped } from '../table.ts';

interface ExportOptions extends ModelOptions {
  readonly out: string;
  readonly target?: string;
  readonly class?: ClassOption;
  readonly method: MethodName;
}

export const exportCommand: CliCommand = {
  name: 'export',
  description: 'writes the static GradCAM model in plain ONNX',
  positional: '<model>',
  schemaVersion: 1,
  configure: (parser) => {
    parser.requiredOption('--out <file>', 'file to write, such as model.gradcam.onnx');
    addExplanationOptions(parser);
    parser.option('--method <method>', methodNames.join(', '), oneOf(methodNames), 'gradcam');
    addModelOptions(parser);
  },
  run: async (path: string, options: ExportOptions): Promise<Outcome> => {
    const model = await loadModel(path, options);
    await checkOutput(options.out, model.parts.keys());
    imageInput(model.graph);
    const exported = exportStaticModel(model.graph, {
      targets: options.target === undefined ? undefined : [options.target],
      score: options.score,
      class: options.class ?? 'argmax',
      method: options.method,
    });
    await writeOutput(options.out, exported.bytes);
    const target = exported.model.targets[0]!;
    const macs = explanationMacs(exported.model);
    return {
      json: {
        out: options.out,
        target: target.tensor,
        gradient: target.gradient,
        meanPushed: target.meanPushed,
        explanationMacs: macs,
        bytes: exported.bytes.length,
      },
      text: `${options.out}: target ${target.tensor}, gradient ${target.gradient}, ${exported.graph.nodes.length} nodes, ${grouped(macs)} MACs for the explanation`,
      diagnostics: [...model.diagnostics, ...exported.diagnostics],
    };
  },
};
