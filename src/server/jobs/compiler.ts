/** The jobs on one model. The worker keeps what it has read and compiled until it ends. */
import { createHash } from 'node:crypto';
import { loadModel, type ModelFile } from '../../toolchain/model-file.ts';
import { textForm } from '../text/form.ts';
import { modelView } from '../views/model.ts';
import type { JobHandlers } from './messages.ts';

const unconnected = async (): Promise<never> => {
  throw new Error('Compilation is not connected yet.');
};

export function compilerJobs(): JobHandlers {
  let file: ModelFile | undefined;
  return {
    read: async ({ path }, { progress }) => {
      progress('Reading the model', 0.1);
      file = await loadModel(path);
      progress('Finding shapes', 0.5);
      const { model, diagnostics } = modelView(file.name, file.graph);
      return {
        hash: createHash('sha256').update(file.bytes).digest('hex'),
        model,
        form: textForm(file.graph),
        diagnostics: [...file.diagnostics, ...diagnostics],
      };
    },
    compile: unconnected,
    heatMap: unconnected,
    build: unconnected,
    verify: unconnected,
    export: unconnected,
  };
}
