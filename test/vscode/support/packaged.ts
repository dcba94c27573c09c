import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
const vsix = join(root, 'camber.vsix');
const stamp = join(root, '.cache/packaged.json');

/** What the package depends on: changed sources, assets or manifest make a new one. */
function state(): string {
  const tracked = execFileSync(
    'git',
    ['ls-files', '-co', '--exclude-standard', 'src', 'webview', 'media', 'scripts', 'package.json'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const files = tracked.split('\n').filter((f) => f !== '' && existsSync(join(root, f)));
  return JSON.stringify(files.map((f) => [f, statSync(join(root, f)).mtimeMs]));
}

/**
 * The extension as it ships: `npm run package` where something changed since the last time.
 *
 * @returns path of the .vsix
 */
export function packagedExtension(): string {
  const now = state();
  if (!existsSync(vsix) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== now) {
    execFileSync('npm', ['run', '--silent', 'package'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    writeFileSync(stamp, now);
  }
  return vsix;
}

/** Name of the folder into which VS Code unpacks the .vsix. */
export function extensionFolder(): string {
  const { publisher, name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  return `${publisher}.${name}-${version}`;
}

/** A folder of its own with a copy of the sample, to be opened and written to; `remove` it at the end. */
export function sampleWorkspace(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'camber-workspace-'));
  cpSync(join(root, 'media/sample'), folder, { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
