/**
 * Synthesises the engine over the grid of `bench/resources/grid.ts` and fits the resource estimate to it.
 *
 *     tsx scripts/fit-resources.ts synthesise [FAMILY] [JOBS]   fills bench/resources/synthesis.json where it lacks points
 *     tsx scripts/fit-resources.ts fit                          writes the fit and bench/resources/residuals.json
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { grid } from '../bench/resources/grid.ts';
import { rtlHash } from '../bench/resources/rtl-hash.ts';
import { type Configuration, fitFamily, pointParameters, residualsOf } from '../bench/resources/fit.ts';
import { families, type Family } from '../src/compiler/report/families.ts';
import { shippedRtl } from '../src/toolchain/build-folder.ts';
import { writeOutput } from '../src/toolchain/files.ts';
import { synthesise } from '../src/toolchain/synthesis.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const synthesisFile = join(root, 'bench/resources/synthesis.json');
const residualsFile = join(root, 'bench/resources/residuals.json');
const fitFile = join(root, 'src/compiler/report/fitted-estimate.ts');

const stored = (): Configuration[] =>
  existsSync(synthesisFile) ? (JSON.parse(readFileSync(synthesisFile, 'utf8')) as Configuration[]) : [];

async function synthesiseGrid(family: Family, jobs: number): Promise<void> {
  const { rtl } = await shippedRtl();
  const hash = rtlHash(rtl);
  const same = (a: Configuration, p: (typeof grid)[number]) =>
    a.family === family && a.rtl === hash && JSON.stringify(a.point) === JSON.stringify(p);
  const waiting = grid.filter((p) => !stored().some((c) => same(c, p)));
  const next = async (): Promise<void> => {
    const point = waiting.shift();
    if (point === undefined) return;
    const { engine, cells, tool, seconds } = await synthesise(rtl, pointParameters(point), family);
    const done: Configuration = { family, rtl: hash, point, tool, cells };
    // Points of this family that are no longer in the grid, or are of other RTL, go.
    const others = stored().filter(
      (c) => JSON.stringify(c.point) !== JSON.stringify(point) || c.family !== family,
    );
    await writeOutput(synthesisFile, `${JSON.stringify([...others, done], null, 1)}\n`);
    console.log(JSON.stringify(point), JSON.stringify(engine), `${seconds.toFixed(0)} s`);
    await next();
  };
  await Promise.all(Array.from({ length: jobs }, next));
}

async function fit(): Promise<void> {
  const all = stored();
  const fitted = (Object.keys(families) as Family[]).filter((f) => all.some((c) => c.family === f));
  const fits = Object.fromEntries(fitted.map((f) => [f, fitFamily(all, f)]));
  const residuals = fitted.flatMap((f) => residualsOf(all, f, fits[f]!));
  await writeOutput(fitFile, fitSource(fits));
  await writeOutput(residualsFile, `${JSON.stringify(residuals, null, 1)}\n`);
  for (const { point, lut, ff, lutError, ffError } of residuals) {
    const { use, rows, columns } = point;
    console.log(use, `${rows}x${columns}`, `LUT ${lut} ${lutError} %, FF ${ff} ${ffError} %`);
  }
}

function fitSource(fits: Readonly<Record<string, object>>): string {
  return `// Written by scripts/fit-resources.ts from bench/resources/synthesis.json; do not edit.
import type { Family } from './families.ts';

export interface FittedEstimate {
  /** LUT and FF per unit of each feature of \`engineFeatures\`. */
  readonly lut: Readonly<Record<string, number>>;
  readonly ff: Readonly<Record<string, number>>;
  readonly tool: string;
  readonly points: number;
}

const fits = ${JSON.stringify(fits, null, 2)};

/** Families that were not synthesised have the fit of the nearest one that was. */
export const fittedEstimate: Readonly<Record<Family, FittedEstimate>> = { xcup: fits.xc7, ecp5: fits.xc7, ...fits };
`;
}

const [mode, family = 'xc7', jobs = '1'] = process.argv.slice(2);
if (mode === 'synthesise') await synthesiseGrid(family as Family, Number(jobs));
else if (mode === 'fit') await fit();
else throw new Error('Give synthesise or fit.');
