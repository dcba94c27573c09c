/** Devices that a user defines: a JSON file, described for editors by `media/schemas/devices.schema.json`. */
import { CompileError, diagnostic } from '../diagnostics.ts';
import type { Device } from './devices.ts';
import { resourceNames } from './resource-count.ts';
import { families, type Family } from './families.ts';

const hint = 'See media/schemas/devices.schema.json for what a device file holds.';
const known = new Set(['part', 'family', 'boards', 'source', 'vivadoPart', ...resourceNames]);

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

/** What is wrong with one entry; empty where nothing is. */
function problemsOf(entry: unknown, index: number): string[] {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return [`devices[${index}] is not an object`];
  }
  const fields = entry as Record<string, unknown>;
  const name = `devices[${index}]${isText(fields['part']) ? ` (${fields['part']})` : ''}`;
  const problems: string[] = [];
  if (!isText(fields['part'])) problems.push(`${name} has no "part"`);
  if (!isText(fields['family']) || !(fields['family'] in families)) {
    problems.push(`${name}: "family" is not one of ${Object.keys(families).join(', ')}`);
  }
  for (const resource of resourceNames) {
    const value = fields[resource];
    // Block RAM may come in halves.
    const step = resource === 'bram36' ? 0.5 : 1;
    if (typeof value !== 'number' || !(value >= 0) || !Number.isInteger(value / step)) {
      problems.push(`${name}: "${resource}" is not a number of blocks`);
    } else if (value === 0 && (resource === 'lut' || resource === 'ff')) {
      problems.push(`${name} has no ${resource.toUpperCase()}, without which nothing can be built`);
    }
  }
  const { boards } = fields;
  if (boards !== undefined && !(Array.isArray(boards) && boards.every(isText))) {
    problems.push(`${name}: "boards" is not a list of names`);
  }
  for (const field of ['source', 'vivadoPart']) {
    if (fields[field] !== undefined && !isText(fields[field]))
      problems.push(`${name}: "${field}" is no text`);
  }
  for (const field of Object.keys(fields)) {
    if (!known.has(field)) problems.push(`${name}: "${field}" is not a field of a device`);
  }
  return problems;
}

/** Names that stand for two devices of a file: which one is meant could not be told. */
function ambiguous(entries: readonly unknown[]): string[] {
  const owners = new Map<string, number>();
  return entries.flatMap((entry, index) => {
    const { part, boards } = (entry ?? {}) as { part?: unknown; boards?: unknown };
    const names = [part, ...(Array.isArray(boards) ? (boards as unknown[]) : [])].filter(isText);
    return names.flatMap((name) => {
      const owner = owners.get(name.toLowerCase());
      owners.set(name.toLowerCase(), index);
      return owner === undefined || owner === index
        ? []
        : [`devices[${index}]: "${name}" is devices[${owner}] already`];
    });
  });
}

/**
 * Reads a device file.
 *
 * @param file its name, for messages
 * @throws CompileError CAM506, one diagnostic for each problem
 */
export function parseDevices(text: string, file: string): readonly Device[] {
  const broken = (problems: readonly string[]): never => {
    throw new CompileError(problems.map((p) => diagnostic('CAM506', `${file}: ${p}.`, hint)));
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    broken([`it is not JSON: ${(error as Error).message}`]);
  }
  const entries = (json as { devices?: unknown } | null)?.devices;
  if (!Array.isArray(entries)) return broken(['it has no list "devices"']);
  const problems = [...entries.flatMap(problemsOf), ...ambiguous(entries)];
  if (problems.length > 0) broken(problems);
  return (entries as Record<string, never>[]).map((entry) => {
    const {
      part,
      family,
      boards = [],
      vivadoPart,
      source = file,
    } = entry as unknown as {
      part: string;
      family: Family;
      boards?: readonly string[];
      vivadoPart?: string;
      source?: string;
    };
    const { lut, ff, dsp, bram36 } = entry as unknown as Device['available'];
    return {
      part,
      ...(vivadoPart === undefined ? {} : { vivadoPart }),
      description: boards.length === 0 ? part : `${part} (${boards.join(', ')})`,
      boards,
      family,
      available: { lut, ff, dsp, bram36 },
      source,
    };
  });
}
