/**
 * Writes the manifest's generated fields into package.json, its texts into package.nls.json, and the texts of the
 * extension's code into l10n/bundle.l10n.json.
 *
 *     tsx scripts/manifest.ts
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { contributes, manifest } from '../src/protocol/manifest/contributes.ts';
import { localise } from '../src/protocol/manifest/nls.ts';
import { codeTexts } from './support/code-texts.ts';

const root = new URL('../', import.meta.url);
const write = (name: string, value: unknown): void =>
  writeFileSync(new URL(name, root), `${JSON.stringify(value, null, 2)}\n`);

const current = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Record<string, unknown>;
const { devDependencies, dependencies, ...rest } = current;
const { value, texts } = localise({ ...manifest, contributes: contributes() });
write('package.json', { ...rest, ...(value as object), devDependencies, dependencies });
write('package.nls.json', texts);
mkdirSync(new URL('l10n/', root), { recursive: true });
write('l10n/bundle.l10n.json', Object.fromEntries(codeTexts().map((text) => [text, text])));
