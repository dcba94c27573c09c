/**
 * `npm test`: every check and every test, and one closing line that sums them up. Arguments are patterns of test
 * files; with them only those tests run, without the checks.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeTool, findTool, toolNames } from '../test/support/find-tool.ts';
import { groupSkips, skipIsFailure } from './test/skips.ts';
import { readReport, type StepResult } from './test/vitest-results.ts';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const patterns = process.argv.slice(2);

/** The checks: a name, a program of node_modules/.bin, its arguments, and the path it is for (skipped if absent). */
const checks: readonly { name: string; program: string; args: readonly string[]; for?: string }[] = [
  { name: 'format (prettier)', program: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'lint (eslint)', program: 'eslint', args: ['.'] },
  { name: 'types (tsc)', program: 'tsc', args: ['--noEmit'] },
  {
    name: 'types of the webviews (tsc)',
    program: 'tsc',
    args: ['--noEmit', '-p', 'webview'],
    for: 'webview',
  },
  {
    name: 'rooms (dependency-cruiser)',
    program: 'depcruise',
    args: ['src', ...(existsSync(join(root, 'webview')) ? ['webview'] : []), '--output-type', 'err'],
  },
  { name: 'build (esbuild)', program: 'tsx', args: ['scripts/build.ts'] },
];

function run(program: string, args: readonly string[], inherit: boolean): { status: number; output: string } {
  const result = spawnSync(join(root, 'node_modules/.bin', program), args, {
    cwd: root,
    stdio: inherit ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.error) return { status: 1, output: result.error.message };
  return { status: result.status ?? 1, output: `${result.stdout ?? ''}${result.stderr ?? ''}` };
}

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

function runChecks(): StepResult {
  const present = checks.filter((c) => c.for === undefined || existsSync(join(root, c.for)));
  let failed = 0;
  for (const check of present) {
    const start = Date.now();
    const { status, output } = run(check.program, check.args, false);
    console.log(`${status === 0 ? 'pass' : 'FAIL'}  ${check.name}  ${seconds(start)}`);
    if (status !== 0) {
      failed++;
      console.log(output.trimEnd());
    }
  }
  return { passed: present.length - failed, failed, skipped: [] };
}

function runVitest(config: string, mayBeEmpty: boolean): StepResult {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache/test-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const empty = mayBeEmpty ? ['--passWithNoTests'] : [];
    const args = ['run', '--config', config, ...empty, ...reporters, ...patterns];
    const { status } = run('vitest', args, true);
    const result = existsSync(file) ? readReport(file) : { passed: 0, failed: 0, skipped: [] };
    // An error outside any test (an unhandled rejection, a crash) fails the run without failing a test.
    return status !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function listTools(): void {
  console.log('\nOptional tools');
  for (const name of toolNames) {
    const where = findTool(name);
    console.log(
      `  ${name.padEnd(14)} ${where === undefined ? 'missing' : 'found  '}  ${describeTool(name).purpose}`,
    );
  }
  console.log('');
}

listTools();
const steps: StepResult[] = [];
if (patterns.length === 0) steps.push(runChecks());
steps.push(runVitest('vitest.config.ts', patterns.length > 0));
steps.push(runVitest('vitest.vscode.config.ts', true));

const skipped = steps.flatMap((s) => s.skipped);
const forbidden = skipped.filter((title) => skipIsFailure(title, process.env));
for (const [reason, titles] of groupSkips(skipped)) {
  console.log(`\nSkipped, needs ${reason}: ${titles.length}`);
  for (const title of titles) console.log(`  ${title}`);
}
if (forbidden.length > 0)
  console.log(`\n${forbidden.length} skipped tests may not be skipped here: counted as failed`);

const passed = steps.reduce((sum, s) => sum + s.passed, 0);
const failed = steps.reduce((sum, s) => sum + s.failed, 0) + forbidden.length;
const left = skipped.length - forbidden.length;
console.log(`\n${passed} passed, ${failed} failed${left > 0 ? `, ${left} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
