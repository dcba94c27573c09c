/**
 * The manifest's texts, taken out of it: each becomes a key of `package.nls.json`, so that a translation is one more
 * file (`package.nls.de.json`) and nothing else.
 */

/** Fields of the manifest that a person reads. */
const readable = new Set([
  'title',
  'name',
  'description',
  'markdownDescription',
  'enumDescriptions',
  'patternErrorMessage',
  'displayName',
  'contents',
  'altText',
]);
/** A problem matcher's name is what tasks refer to it by. */
const untouched = 'contributes.problemMatchers';
/** Fields that tell the entries of a list apart, best first. */
const identities = ['command', 'id', 'viewType', 'type', 'view'] as const;

export interface Localised {
  /** The value with `%key%` for every text. */
  readonly value: unknown;
  readonly texts: Readonly<Record<string, string>>;
}

function identity(entry: unknown, index: number): string {
  const fields = (entry ?? {}) as Record<string, unknown>;
  const found = identities.find((field) => typeof fields[field] === 'string');
  return found === undefined ? String(index) : String(fields[found]);
}

export function localise(manifest: unknown): Localised {
  const texts: Record<string, string> = {};
  const walk = (value: unknown, path: string, text: boolean): unknown => {
    if (typeof value === 'string') {
      if (!text) return value;
      texts[path] = value;
      return `%${path}%`;
    }
    if (Array.isArray(value) && path !== untouched) {
      return value.map((entry, i) => walk(entry, `${path}.${identity(entry, i)}`, text));
    }
    if (typeof value !== 'object' || value === null || path === untouched) return value;
    const entries = Object.entries(value).map(([field, inner]) => [
      field,
      walk(inner, path === '' ? field : `${path}.${field}`, readable.has(field)),
    ]);
    return Object.fromEntries(entries) as unknown;
  };
  return { value: walk(manifest, '', false), texts };
}
