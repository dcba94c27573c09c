/**
 * Writes the manifest's generated fields into package.json.
 *
 *     tsx scripts/manifest.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { contributes, manifest } from '../src/protocol/manifest/contributes.ts';

const path = new URL('../package.json', import.meta.url);
const current = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
const { devDependencies, dependencies, ...rest } = current;
const next = { ...rest, ...manifest, contributes: contributes(), devDependencies, dependencies };
writeFileSync(path, `${JSON.stringify(next, null, 2)}\n`);
