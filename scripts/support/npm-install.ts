import { spawnSync } from 'node:child_process';

/** Installs npm packages (or a folder's own, where none are named) without running their scripts. */
export function npmInstall(cwd: string, ...args: readonly string[]): void {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'];
  const result = spawnSync('npm', ['install', ...flags, ...args], {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.status !== 0) throw new Error(`npm install failed in ${cwd}`);
}
