/** The jobs on one model. The worker keeps what it has read and compiled until it ends. */
import { createHash } from 'node:crypto';
import { listedPictures } from '../session/pictures.ts';
import { Session } from '../session/session.ts';
import { verifyBuild } from '../session/verify.ts';
import { textForm } from '../text/form.ts';
import { compiledView } from '../views/compiled.ts';
import { modelView } from '../views/model.ts';
import type { JobHandlers } from './messages.ts';

export function compilerJobs(): JobHandlers {
  let session: Session | undefined;
  const current = (): Session => {
    if (!session) throw new Error('No model has been read yet.');
    return session;
  };
  return {
    read: async ({ path }, { progress }) => {
      progress('Reading the model', 0.1);
      const next = await Session.read(path);
      const { file } = next;
      progress('Finding shapes', 0.5);
      const { model, diagnostics } = modelView(file.name, file.graph);
      session = next;
      return {
        hash: createHash('sha256').update(file.bytes).digest('hex'),
        model,
        form: textForm(file.graph),
        pictures: listedPictures(file),
        diagnostics: [...file.diagnostics, ...file.info.diagnostics, ...diagnostics],
      };
    },
    compile: async ({ options }, context) => {
      const compilation = await current().compile(options, context);
      return {
        compiled: compiledView(compilation.report, compilation.schedule),
        diagnostics: compilation.all,
      };
    },
    heatMap: ({ options, picture }, context) => current().heatMap(options, picture, context),
    build: ({ options, folder }, context) => current().build(options, folder, context),
    verify: ({ folder, tools, simulator }, context) => verifyBuild(folder, tools, simulator, context),
    export: async ({ options, file }) => {
      await current().export(options, file);
      return { file };
    },
  };
}
