/**
 * Synthesises the engine over the grid of `bench/resources/grid.ts` and fits the resource estimate to it.
 *
 *     tsx scripts/fit-resources.ts synthesise [FAMILY ...]   fills bench/resources/synthesis.json where it lacks points
 *     tsx scripts/fit-resources.ts fit                       writes the fit and bench/resources/residuals.json
 *
 * It can be stopped and started again at any time: what is done is kept by its content in .cache/synthesis.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { flat, grid, type GridPoint, referenceUnits } from '../bench/resources/grid.ts';
import { rtlHash } from '../bench/resources/rtl-hash.ts';
import {
  type Configuration,
  fitFamily,
  pointParameters,
  type Residual,
  residualsOf,
  type Stored,
} from '../bench/resources/fit.ts';
import { unitName } from '../src/compiler/report/engine-units.ts';
import { families, type Family } from '../src/compiler/report/families.ts';
import type { FamilyFit } from '../src/compiler/report/fit-model.ts';
import { estimateEngine } from '../src/compiler/report/resources.ts';
import { shippedRtl } from '../src/toolchain/build-folder.ts';
import { writeOutput } from '../src/toolchain/files.ts';
import { synthesise, synthesiseFlat, synthesiseUnits } from '../src/toolchain/synthesis.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const synthesisFile = join(root, 'bench/resources/synthesis.json');
const residualsFile = join(root, 'bench/resources/residuals.json');
const fitFile = join(root, 'src/compiler/report/fitted-estimate.ts');
const options = { cacheDir: join(root, '.cache', 'synthesis') };
/** Units in one run of Yosys. */
const batch = 12;

const stored = (): Stored =>
  existsSync(synthesisFile)
    ? (JSON.parse(readFileSync(synthesisFile, 'utf8')) as Stored)
    : { configurations: [], tables: [] };

const write = (all: Stored) => writeOutput(synthesisFile, `${JSON.stringify(all, null, 1)}\n`);
const same = (a: GridPoint, b: GridPoint) => JSON.stringify(a) === JSON.stringify(b);

async function synthesiseTable(rtl: ReadonlyMap<string, string>, family: Family): Promise<void> {
  const wanted = [...new Map(referenceUnits(families[family].packed).map((u) => [unitName(u), u])).values()];
  const units: Record<string, Readonly<Record<string, number>>> = {};
  const batches = Array.from({ length: Math.ceil(wanted.length / batch) }, (_, i) =>
    wanted.slice(i * batch, (i + 1) * batch),
  );
  const next = async (): Promise<void> => {
    const some = batches.shift();
    if (some === undefined) return;
    const done = await synthesiseUnits(rtl, some, family, options);
    for (const unit of done) units[unitName(unit)] = unit.cells;
    console.log(family, `${Object.keys(units).length} of ${wanted.length} units`);
    await next();
  };
  await Promise.all([next(), next()]);
  const all = stored();
  const others = all.tables.filter((t) => t.family !== family);
  const sorted = Object.fromEntries(Object.entries(units).sort(([a], [b]) => (a < b ? -1 : 1)));
  await write({ ...all, tables: [...others, { family, rtl: rtlHash(rtl), units: sorted }] });
}

/** Points that were never synthesised first, then those of other RTL: a fit can be made at any time. */
async function synthesiseGrid(rtl: ReadonlyMap<string, string>, family: Family): Promise<void> {
  const hash = rtlHash(rtl);
  const earlier = (point: GridPoint) =>
    stored().configurations.find((c) => c.family === family && same(c.point, point));
  const waiting = grid[family]
    .filter((point) => earlier(point)?.rtl !== hash)
    .sort((a, b) => Number(earlier(a) !== undefined) - Number(earlier(b) !== undefined));
  const next = async (): Promise<void> => {
    const point = waiting.shift();
    if (point === undefined) return;
    const parameters = pointParameters(point, family);
    const { rest, units, engine, tool, seconds } = await synthesise(rtl, parameters, family, options);
    const whole =
      family === 'xc7' && flat.some((p) => same(p, point))
        ? await synthesiseFlat(rtl, parameters, family, options)
        : undefined;
    const done: Configuration = {
      family,
      rtl: hash,
      point,
      tool,
      rest,
      units: Object.fromEntries(units.map((u) => [unitName(u), u.cells])),
      ...(whole ? { flat: whole } : {}),
    };
    const all = stored();
    const others = all.configurations.filter(
      (c) => c.family !== family || (!same(c.point, point) && grid[family].some((p) => same(p, c.point))),
    );
    await write({ ...all, configurations: [...others, done] });
    console.log(family, JSON.stringify(point), JSON.stringify(engine), `${seconds.toFixed(0)} s`);
    await next();
  };
  await Promise.all([next(), next()]);
}

const worst = (residuals: readonly Residual[], error: 'lutError' | 'ffError') =>
  Math.max(0, ...residuals.map((r) => Math.abs(r[error])));

async function fit(): Promise<void> {
  const all = stored();
  const own = fitFamily(all, 'xc7');
  const fits: Partial<Record<Family, FamilyFit>> = {};
  const residuals: Residual[] = [];
  for (const family of Object.keys(families) as Family[]) {
    const points = all.configurations.filter((c) => c.family === family);
    if (points.length === 0) continue;
    const fitted = family === 'xc7' ? own : fitFamily(all, family, own);
    const ofFamily = residualsOf(all, family, (p) => estimateEngine(p, family, fitted, own));
    const judged = ofFamily.filter(({ point }) => point.use === 'hold-out');
    fits[family] = {
      ...fitted,
      tool: points[0]!.tool,
      points: points.length - judged.length,
      holdOut: { points: judged.length, lut: worst(judged, 'lutError'), ff: worst(judged, 'ffError') },
    };
    residuals.push(...ofFamily);
  }
  await writeOutput(fitFile, fitSource(fits));
  await writeOutput(residualsFile, `${JSON.stringify(residuals, null, 1)}\n`);
  for (const { family, point, synthesised: s, estimated: e, lutError, ffError, flat: whole } of residuals) {
    const exact = e.dsp === s.dsp && e.bram36 === s.bram36 ? '' : `, DSP ${e.dsp} of ${s.dsp}`;
    const piece = whole ? ` (in one piece ${whole.lut}, ${whole.ff})` : '';
    const { use, rows, columns } = point;
    console.log(
      `${family} ${use} ${rows}x${columns}: LUT ${s.lut} ${lutError} %, FF ${s.ff} ${ffError} %${exact}${piece}`,
    );
  }
}

function fitSource(fits: Readonly<Partial<Record<Family, FamilyFit>>>): string {
  return `// Written by scripts/fit-resources.ts from bench/resources/synthesis.json; do not edit.
import type { Family } from './families.ts';
import type { FamilyFit } from './fit-model.ts';

export const fittedEstimate: Readonly<Partial<Record<Family, FamilyFit>>> = ${JSON.stringify(fits, null, 2)};
`;
}

const [mode, ...chosen] = process.argv.slice(2);
if (mode === 'synthesise') {
  const { rtl } = await shippedRtl();
  for (const family of (chosen.length === 0 ? Object.keys(families) : chosen) as Family[]) {
    await synthesiseTable(rtl, family);
    await synthesiseGrid(rtl, family);
  }
} else if (mode === 'fit') await fit();
else throw new Error('Give synthesise or fit.');
