import { build } from 'esbuild';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mark } from '../suite/runner.ts';
import { startBrowser } from './browser.ts';
import { startServer, type ServerOptions } from './server.ts';

/** Outcome of one test inside the extension host. */
export interface HostResult {
  readonly name: string;
  readonly milliseconds: number;
  /** Stack of the failure; undefined where the test passed. */
  readonly error?: string;
}

const root = resolve(fileURLToPath(new URL('../../..', import.meta.url)));

/**
 * Bundles a suite (a module that exports `run(): Promise<void>`) into dist-test/, where @vscode/test-electron finds it
 * too.
 *
 * @returns path of the bundle
 */
export async function bundleSuite(entry: string, name: string): Promise<string> {
  const outfile = join(root, 'dist-test', `${name}.cjs`);
  mkdirSync(join(root, 'dist-test'), { recursive: true });
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}

/** Finds the outcomes in what the extension host printed. */
export function parseHostLog(lines: readonly string[]): readonly HostResult[] {
  return lines
    .filter((line) => line.includes(mark))
    .map((line) => JSON.parse(line.slice(line.indexOf(mark) + mark.length)) as HostResult);
}

export interface SuiteOptions {
  /** Folder of the unpacked extension, or a function of the folder into which .vsix files were installed. */
  readonly extension: string | ((installed: string) => string);
  /** Bundle with `run()`. */
  readonly suite: string;
  /** Folder to open. */
  readonly workspace: string;
  readonly server?: ServerOptions;
  /** For the whole suite, in milliseconds. */
  readonly timeout?: number;
}

/**
 * Runs a suite inside VS Code's extension host.
 *
 * @returns every test's outcome; `run()` that rejects for another reason is a failed result of its own
 */
export async function runSuite(options: SuiteOptions): Promise<readonly HostResult[]> {
  const server = await startServer({ ...options.server, suiteDriver: true });
  const browser = await startBrowser();
  const lines: string[] = [];
  try {
    const { extension } = options;
    const folder = typeof extension === 'string' ? extension : extension(server.extensions);
    const remote = (path: string) => `vscode-remote://${server.host}${path}`;
    const payload = JSON.stringify([
      ['extensionDevelopmentPath', remote(folder)],
      ['extensionTestsPath', remote(options.suite)],
    ]);
    const page = await browser.newPage();
    const exit = new Promise<number>((done) => {
      void page.exposeFunction('codeAutomationExit', (code: number) => done(code));
    });
    await page.exposeFunction('codeAutomationLog', (_type: string, args: readonly unknown[]) => {
      lines.push(args.map(String).join(' '));
    });
    const query = `folder=${encodeURIComponent(options.workspace)}&payload=${encodeURIComponent(payload)}`;
    await page.goto(`${server.url}/?${query}`);
    const timeout = options.timeout ?? 150_000;
    const late = new Promise<'late'>((done) => setTimeout(() => done('late'), timeout).unref());
    const end = await Promise.race([exit, late]);
    const results = parseHostLog(lines);
    // The exit code must agree with the tests: zero with at least one test, non-zero because one failed.
    const told = end === 0 ? results.length > 0 : results.some((r) => r.error !== undefined);
    if (end !== 'late' && told) return results;
    const why =
      end === 'late' ? `the suite did not end within ${timeout / 1000} s` : `the suite ended with ${end}`;
    const error = `${why}\n${lines.slice(-30).join('\n')}\n${server.log().slice(-2000)}`;
    return [...results, { name: 'the suite runs to its end', milliseconds: 0, error }];
  } finally {
    await browser.close();
    await server.stop();
  }
}
