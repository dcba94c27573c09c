import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/protocol/manifest/commands.ts';
import { contributes, manifest } from '../../src/protocol/manifest/contributes.ts';
import { settings } from '../../src/protocol/manifest/settings.ts';
import { webviewCommands } from '../../src/protocol/webview.ts';
import { readSettings } from '../../src/server/options.ts';

const root = new URL('../../', import.meta.url);
const packageJson = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Record<
  string,
  unknown
>;

/** Every relative path that a value mentions. */
function paths(value: unknown): string[] {
  if (typeof value === 'string') return /^(\.\/)?media\//.test(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(paths);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(paths) : [];
}

describe('the manifest', () => {
  it('is what the typed tables say (else: npm run manifest)', () => {
    expect(packageJson['contributes']).toEqual(JSON.parse(JSON.stringify(contributes())));
    expect(packageJson).toMatchObject(manifest);
  });

  it.each([...new Set(paths([contributes(), manifest.icon]))])('mentions %s, which exists', (path) => {
    expect(existsSync(fileURLToPath(new URL(path, root)))).toBe(true);
  });

  it('lets tool paths come from the machine alone', () => {
    const tools = Object.entries(settings).filter(([id]) => id.startsWith('camber.tools.'));
    expect(tools.length).toBeGreaterThan(0);
    for (const [, { scope }] of tools) expect(scope).toBe('machine');
  });

  it('has every command that a webview may run', () => {
    for (const command of webviewCommands) expect(Object.keys(commands)).toContain(`camber.${command}`);
  });
});

describe('settings', () => {
  it('are read from the nested section, defaults where values are missing or of the wrong type', () => {
    const read = readSettings({
      device: 'xc7a35t',
      clock: 'fast',
      tools: { verilator: '/opt/v/bin/verilator' },
    });
    expect(read.device).toBe('xc7a35t');
    expect(read.clock).toBe(settings['camber.clock'].default);
    expect(read['tools.verilator']).toBe('/opt/v/bin/verilator');
    expect(readSettings(null).array).toBe(settings['camber.array'].default);
  });
});
