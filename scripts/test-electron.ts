/**
 * The suites of test/vscode/suite in a VS Code that @vscode/test-electron downloads, for machines that can reach
 * Microsoft's servers. Elsewhere the same suites run in code-server's VS Code, as part of `npm test`.
 */
import { runTests } from '@vscode/test-electron';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleSuite } from '../test/vscode/support/host.ts';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const extensionTestsPath = await bundleSuite(join(root, 'test/vscode/suite/index.ts'), 'index');
const workspace = mkdtempSync(join(tmpdir(), 'camber-workspace-'));
try {
  const launchArgs = [workspace, '--disable-extensions', '--disable-workspace-trust'];
  process.exitCode = await runTests({ extensionDevelopmentPath: root, extensionTestsPath, launchArgs });
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
