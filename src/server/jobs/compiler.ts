/** The jobs on one model. The worker keeps what it has read and compiled until it ends. */
import { createHash } from 'node:crypto';
import { loadModel, type ModelFile } from '../../toolchain/model-file.ts';
import { listedPictures } from '../session/pictures.ts';
import { Recent } from '../session/recent.ts';
import { synthesiseBuild, synthesiseCompilation, synthesisOf } from '../session/synthesise.ts';
import { Session } from '../session/session.ts';
import { verifyBuild } from '../session/verify.ts';
import { textForm } from '../text/form.ts';
import { compiledView } from '../views/compiled.ts';
import { modelView } from '../views/model.ts';
import type { JobHandlers } from './messages.ts';

/** How many contents of the file are kept with their compilations: a model that is changed back is there at once. */
const keptContents = 2;

/** SHA-256 of everything a model was read from. */
function contentHash({ parts }: ModelFile): string {
  const hash = createHash('sha256');
  for (const [path, bytes] of parts) hash.update(`${path}\0${bytes?.length ?? 'none'}\0`).update(bytes ?? '');
  return hash.digest('hex');
}

export function compilerJobs(): JobHandlers {
  const sessions = new Recent<Session>(keptContents);
  let session: Session | undefined;
  const current = (): Session => {
    if (!session) throw new Error('No model has been read yet.');
    return session;
  };
  return {
    read: async ({ path }, { progress }) => {
      progress('Reading the model', 0.1);
      const read = await loadModel(path);
      const hash = contentHash(read);
      session = await sessions.get(hash, async () => Session.of(path, read));
      const { file } = session;
      progress('Finding shapes', 0.5);
      const { model, diagnostics } = modelView(file.name, file.graph);
      return {
        hash,
        files: [...file.parts.keys()],
        model,
        form: textForm(file.graph),
        pictures: listedPictures(file),
        diagnostics: [...file.diagnostics, ...file.info.diagnostics, ...diagnostics],
      };
    },
    compile: async ({ options }, context) => {
      const compilation = await current().compile(options, context);
      const { report, schedule, analysis } = compilation;
      return {
        compiled: compiledView(report, schedule, analysis.original, await synthesisOf(compilation)),
        diagnostics: compilation.all,
      };
    },
    heatMapChoices: async () => current().heatMapChoices(),
    prepare: async ({ options }, context) => {
      await current().prepare(options, context);
      return null;
    },
    lookAhead: async ({ options }, context) => {
      await current().lookAhead(options, context);
      return null;
    },
    heatMap: ({ options, wanted }, context) => current().heatMap(options, wanted, context),
    build: ({ options, folder }, context) => current().build(options, folder, context),
    verify: (params, context) => verifyBuild(params, context),
    explore: async ({ path, options }, context) => (await Session.read(path)).explore(options, context),
    synthesise: async ({ path, options, folder }, context) =>
      folder === undefined
        ? synthesiseCompilation(await (await Session.read(path)).compile(options, context), context)
        : synthesiseBuild(folder, context),
    export: async ({ options, file }) => {
      await current().export(options, file);
      return { file };
    },
  };
}
