/**
 * Builds `dist/`. Every entry lies two folders below the package root, in `src` as in `dist`, and data beside it, so
 * that `new URL('../rtl/', import.meta.url)` finds the same files from the sources and from a bundle.
 *
 *     tsx scripts/build.ts [--watch]
 */
import { build as bundle, context, type BuildOptions, type Plugin } from 'esbuild';
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const watch = process.argv.includes('--watch');

type Kind = 'node' | 'extension' | 'webview';

/** What is bundled: entry, output, and where it runs. */
const bundles: readonly { entry: string; out: string; kind: Kind }[] = [
  { entry: 'src/cli/main.ts', out: 'dist/cli/camber.mjs', kind: 'node' },
  { entry: 'src/toolchain/embedded/thread.ts', out: 'dist/toolchain/simulator-thread.mjs', kind: 'node' },
  { entry: 'src/server/main.ts', out: 'dist/server/main.mjs', kind: 'node' },
  { entry: 'src/server/worker.ts', out: 'dist/server/worker.mjs', kind: 'node' },
  { entry: 'src/extension/main.ts', out: 'dist/extension/main.cjs', kind: 'extension' },
  {
    entry: 'src/extension/language-client.ts',
    out: 'dist/extension/language-client.cjs',
    kind: 'extension',
  },
  ...['graph', 'schedule', 'resources', 'heatmaps'].map((view) => ({
    entry: `webview/${view}/main.ts`,
    out: `dist/webview/${view}.js`,
    kind: 'webview' as const,
  })),
];

/** What is copied as it is. */
const copies: readonly { from: string; to: string }[] = [
  {
    from: 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.mjs',
    to: 'dist/ort/ort-wasm-simd-threaded.mjs',
  },
  {
    from: 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
    to: 'dist/ort/ort-wasm-simd-threaded.wasm',
  },
  { from: 'src/rtl', to: 'dist/rtl' },
  { from: 'src/toolchain/yosys-worker.mjs', to: 'dist/toolchain/yosys-worker.mjs' },
  { from: 'node_modules/@yowasp/yosys/gen', to: 'dist/yosys' },
  { from: 'node_modules/@vscode/codicons/dist/codicon.css', to: 'dist/webview/codicon.css' },
  { from: 'node_modules/@vscode/codicons/dist/codicon.ttf', to: 'dist/webview/codicon.ttf' },
];

// CommonJS packages inside an ES module bundle still call require() for Node's own modules.
const requireBanner =
  "import { createRequire as camberRequire } from 'node:module'; const require = camberRequire(import.meta.url);";

/** `import source from 'worker:./file.ts'` gives the text of a bundled worker script. */
const workerText: Plugin = {
  name: 'worker-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^worker:/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.slice('worker:'.length)),
      namespace: 'worker-text',
    }));
    onLoad({ filter: /.*/, namespace: 'worker-text' }, async ({ path }) => {
      const { outputFiles, metafile } = await bundle({
        entryPoints: [path],
        bundle: true,
        write: false,
        metafile: true,
        minify: true,
        platform: 'browser',
        target: 'es2022',
        format: 'iife',
        absWorkingDir: root,
      });
      const watchFiles = Object.keys(metafile.inputs).map((file) => join(root, file));
      return { contents: outputFiles[0]!.text, loader: 'text', watchFiles };
    });
  },
};

/** What the extension imports late is a bundle beside it: activation does not even parse it. */
const lateImports: Plugin = {
  name: 'late-imports',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/.*\.ts$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: path.replace(/\.ts$/, '.cjs'), external: true } : undefined,
    );
  },
};

const kinds: Readonly<Record<Kind, BuildOptions>> = {
  node: { platform: 'node', target: 'node20', format: 'esm', banner: { js: requireBanner } },
  extension: {
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    plugins: [lateImports],
    supported: { 'dynamic-import': false },
  },
  webview: { platform: 'browser', target: 'es2022', format: 'esm', plugins: [workerText] },
};

async function build(): Promise<void> {
  if (!watch) rmSync(join(root, 'dist'), { recursive: true, force: true });
  for (const { from, to } of copies) {
    mkdirSync(join(root, to, '..'), { recursive: true });
    cpSync(join(root, from), join(root, to), { recursive: true });
  }
  for (const { entry, out, kind } of bundles) {
    const bundler = await context({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: out,
      bundle: true,
      sourcemap: 'linked',
      // What a page or the extension host waits for; the others keep names that a stack trace can tell.
      minify: kind === 'webview' || kind === 'extension',
      logLevel: 'warning',
      ...kinds[kind],
    });
    if (watch) {
      await bundler.watch();
      continue;
    }
    await bundler.rebuild();
    await bundler.dispose();
  }
  const bin = join(root, 'dist/cli/camber.mjs');
  if (existsSync(bin)) chmodSync(bin, 0o755);
}

await build();
