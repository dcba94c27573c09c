import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** The folder of shared models beside the checkout (CAMBER_SHARED overrides), or undefined where it is missing. */
export function sharedModels(): string | undefined {
  const candidates = [
    process.env['CAMBER_SHARED'],
    join(root, '..', 'shared'),
    join(root, '..', '..', 'shared'),
  ];
  const found = candidates.find((c) => c !== undefined && existsSync(join(c, 'models')));
  return found === undefined ? undefined : join(found, 'models');
}
