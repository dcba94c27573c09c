/**
 * `npm run package`: builds and packs the extension into camber.vsix. The packer (@vscode/vsce) brings 120 MB of
 * publishing machinery, so it is installed into .cache/vsce when first needed instead of by `npm ci`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmInstall } from './support/npm-install.ts';
import { breakdown, zipEntries } from './support/zip-entries.ts';

const version = '3.9.2';
const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const folder = join(root, '.cache', `vsce-${version}`);
const vsce = join(folder, 'node_modules/.bin/vsce');

function run(program: string, ...args: readonly string[]): void {
  const { status } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(vsce)) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  npmInstall(folder, `@vscode/vsce@${version}`);
}
run(join(root, 'node_modules/.bin/tsx'), 'scripts/build.ts');
// Everything is bundled; the README's picture is in the package, so its link stays relative.
const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
run(vsce, 'package', ...flags, '--out', 'camber.vsix');

console.log('What weighs, packed:');
for (const [part, bytes] of breakdown(zipEntries(join(root, 'camber.vsix'))).slice(0, 8)) {
  console.log(`${(bytes / 1024 / 1024).toFixed(2).padStart(8)} MiB  ${part}`);
}
