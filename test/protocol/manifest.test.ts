import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commands, type CommandDefinition } from '../../src/protocol/manifest/commands.ts';
import { contributes, manifest } from '../../src/protocol/manifest/contributes.ts';
import { localise } from '../../src/protocol/manifest/nls.ts';
import { settings } from '../../src/protocol/manifest/settings.ts';
import { webviewCommands } from '../../src/protocol/webview.ts';
import { codeTexts } from '../../scripts/support/code-texts.ts';
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
  const json = (value: unknown): Record<string, unknown> =>
    JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, root), 'utf8'));

  it('is what the typed tables say (else: npm run manifest)', () => {
    const { value, texts } = localise({ ...manifest, contributes: contributes() });
    expect(packageJson).toMatchObject(json(value));
    expect(packageJson['contributes']).toEqual(json(value)['contributes']);
    expect(read('package.nls.json')).toEqual(texts);
  });

  it('keeps its texts apart, each under a key of its own', () => {
    const texts = read('package.nls.json') as Record<string, string>;
    const named = JSON.stringify(packageJson).match(/%[\w. -]+%/g) ?? [];
    expect(new Set(named).size).toBe(named.length);
    expect(named.map((n) => n.slice(1, -1)).sort()).toEqual(Object.keys(texts).sort());
    expect(texts['contributes.commands.camber.verify.title']).toBe('Verify RTL');
  });

  it('has the texts of the code beside it, and none is shown past them', () => {
    expect(Object.keys(read('l10n/bundle.l10n.json') as object)).toEqual(codeTexts());
    const folder = fileURLToPath(new URL('src/extension/', root));
    const raw = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const text = readFileSync(join(folder, file), 'utf8');
        const calls = text.match(/(show\w+Message\(|title: |placeHolder: |openLabel: )\s*['"`][A-Z][^'"`]*/g);
        return (calls ?? []).map((call) => `${file}: ${call}`);
      });
    expect(raw).toEqual([]);
  });

  it('has the texts of the views there, too', () => {
    expect(codeTexts()).toEqual(
      expect.arrayContaining(['Zoom to the explanation', 'Save the maps of {0} as PNG']),
    );
    const folder = fileURLToPath(new URL('webview/', root));
    const raw = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const text = readFileSync(join(folder, file), 'utf8');
        const shown = /(label|title|placeholder|empty|'aria-label'): ['`][A-Z][a-z][^'`]*/g;
        return (text.match(shown) ?? []).map((found) => `${file}: ${found}`);
      });
    expect(raw).toEqual([]);
  });

  it('lets a workspace that is not trusted choose neither programs nor where files are written', () => {
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    const tools = Object.keys(settings).filter((id) => id.startsWith('camber.tools.'));
    expect(restrictedConfigurations).toEqual(expect.arrayContaining([...tools, 'camber.outputFolder']));
  });

  it('shows icons that exist', () => {
    const styles = readFileSync(new URL('node_modules/@vscode/codicons/dist/codicon.css', root), 'utf8');
    for (const { icon } of Object.values<CommandDefinition>(commands)) {
      if (icon !== undefined) expect(styles).toContain(`.codicon-${icon.slice(2, -1)}:before`);
    }
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
    expect(readSettings({ equalise: true, ranges: 7 })).toMatchObject({ equalise: true, ranges: 'mse' });
    expect(readSettings(null).array).toBe(settings['camber.array'].default);
  });
});
