/** A compiled accelerator on disk: the folder that `compile` writes and `verify` and `synth` read. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Compilation } from '../compiler/compile.ts';
import { fail } from '../compiler/diagnostics.ts';
import { emitAccelerator, identifier } from '../compiler/emit/accelerator.ts';
import { exportStaticModel } from '../compiler/gradient/export.ts';
import type { Preprocessing } from '../compiler/input/preprocessing.ts';
import type { IntegerNetwork } from '../compiler/quantize/network.ts';
import { reportHtml } from '../compiler/report/html.ts';
import { scheduleDocument } from '../compiler/report/schedule-json.ts';
import { interpret } from '../compiler/schedule/interpreter.ts';
import type { EngineShape, Schedule } from '../compiler/schedule/operation.ts';
import { schedule as scheduleNetwork } from '../compiler/schedule/schedule.ts';
import { deserialise, serialise } from '../compiler/serialise.ts';
import { rtlFolder } from './assets.ts';
import { readInput, writeFolder } from './files.ts';

/** What is needed to take a build up again, and the hash of every file in it. */
export interface BuildManifest {
  readonly schemaVersion: 1;
  readonly name: string;
  readonly shape: EngineShape;
  readonly preprocessing: Preprocessing;
  /** Shape of the model's input tensor. */
  readonly inputShape: readonly number[];
  readonly fixedClass?: number;
  /** SHA-256 by path. */
  readonly files: Readonly<Record<string, string>>;
}

function isManifest(value: unknown): value is BuildManifest {
  const { name, shape, preprocessing, inputShape, files } = (value ?? {}) as Partial<BuildManifest>;
  return (
    typeof name === 'string' &&
    Array.isArray(inputShape) &&
    [shape, preprocessing, files].every((field) => typeof field === 'object' && field !== null)
  );
}

const manifestFile = 'build.json';
const networkFile = 'model/network.json';

export interface BuildRequest {
  readonly compilation: Compilation;
  readonly preprocessing: Preprocessing;
  /** What the accelerator's input stream carries for the test bench's run. */
  readonly pixels: Uint8Array | Int8Array;
  /** The class select register's reset value; argmax where absent. */
  readonly fixedClass?: number;
  /** Told every stage; may throw to cancel. */
  readonly onProgress?: (stage: string) => void;
  readonly signal?: AbortSignal;
}

/** The Verilog files of a folder by name. */
async function textFiles(folder: string, endings: readonly string[]): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter((n) => endings.some((e) => n.endsWith(e))).sort();
  return new Map(
    await Promise.all(names.map(async (n) => [n, await readFile(join(folder, n), 'utf8')] as const)),
  );
}

/** The engine and its test bench as they ship. */
export async function shippedRtl(): Promise<{
  rtl: ReadonlyMap<string, string>;
  bench: ReadonlyMap<string, string>;
}> {
  return {
    rtl: await textFiles(rtlFolder, ['.v']),
    bench: await textFiles(join(rtlFolder, 'sim'), ['.v', '.cpp']),
  };
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Every file of a build, path to contents. The same compilation gives the same bytes. */
async function buildFiles(request: BuildRequest): Promise<Map<string, string | Uint8Array>> {
  const { compilation, fixedClass, pixels, onProgress } = request;
  const { network, schedule, report, analysis } = compilation;
  const { name } = report.model;
  const files = new Map<string, string | Uint8Array>();
  onProgress?.('Writing the reports');
  files.set('report.json', `${JSON.stringify(report, null, 2)}\n`);
  files.set('report.html', reportHtml(report, schedule, compilation.device.family));
  files.set('schedule.json', `${JSON.stringify(scheduleDocument(schedule))}\n`);
  const text = serialise(network);
  files.set(networkFile, text);
  if (network.explanation !== undefined) {
    onProgress?.('Writing the static model');
    const exported = exportStaticModel(analysis.original, {
      targets: [network.explanation.target],
      score: analysis.scores,
      class: fixedClass ?? 'argmax',
    });
    files.set(`${name}.gradcam.onnx`, exported.bytes);
  }
  onProgress?.('Writing the RTL');
  const accelerator = emitAccelerator({
    name,
    schedule,
    ...(await shippedRtl()),
    build: {
      buildId: Number.parseInt(sha256(text).slice(0, 8), 16),
      ...(fixedClass === undefined ? {} : { fixedClass }),
    },
    device: compilation.device,
    clockMHz: report.device.clockMHz,
    runs: [
      {
        pixels,
        ...(fixedClass === undefined ? {} : { fixedClass }),
        expected: interpret(schedule, pixels, fixedClass),
      },
    ],
  });
  for (const [path, content] of accelerator) files.set(path, content);
  const manifest: BuildManifest = {
    schemaVersion: 1,
    name,
    shape: schedule.shape,
    preprocessing: request.preprocessing,
    inputShape: analysis.original.inputs[0]!.shape,
    ...(fixedClass === undefined ? {} : { fixedClass }),
    files: Object.fromEntries([...files].map(([path, content]) => [path, sha256(content)])),
  };
  files.set(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);
  return files;
}

/** Tells a build of ours by the names in its folder: it may be replaced. */
export const isBuild = (entries: readonly string[]): boolean => entries.includes(manifestFile);

/**
 * Writes a build. The folder appears whole or not at all, and not where it was cancelled before everything was written;
 * an older build of ours in its place is replaced.
 *
 * @throws CompileError CAM605; the signal's reason where aborted
 */
export async function writeBuild(folder: string, request: BuildRequest): Promise<void> {
  const files = await buildFiles(request);
  await writeFolder(folder, isBuild, async (temporary) => {
    for (const [path, content] of files) {
      const file = join(temporary, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    request.signal?.throwIfAborted();
    request.onProgress?.('Putting the build in its place');
  });
}

export interface Build {
  readonly folder: string;
  readonly manifest: BuildManifest;
  readonly network: IntegerNetwork;
  readonly schedule: Schedule;
  /** Name of the model as Verilog and file names have it. */
  readonly identifier: string;
  /** Paths whose contents are no longer what `compile` wrote (missing ones included). */
  readonly changed: readonly string[];
}

/**
 * Takes up a build folder. Its schedule is derived again from its network.
 *
 * @throws CompileError CAM603 where it is no build, or its network was changed
 */
export async function readBuild(folder: string): Promise<Build> {
  const damaged = (what: string): never =>
    fail('CAM603', `${folder}: ${what}.`, 'Compile the model again with `camber compile`.');
  const place = join(folder, manifestFile);
  if (!existsSync(place)) damaged(`no ${manifestFile}, so this is not a folder that Camber compiled`);
  const manifest: unknown = await readJson(place).catch(() => undefined);
  if (!isManifest(manifest)) return damaged(`${manifestFile} is damaged`);
  if (manifest.schemaVersion !== 1)
    damaged(`${manifestFile} is of version ${String(manifest.schemaVersion)}`);
  const changed: string[] = [];
  for (const [path, hash] of Object.entries(manifest.files)) {
    const content = await readFile(join(folder, path)).catch(() => undefined);
    if (content === undefined || sha256(content) !== hash) changed.push(path);
  }
  if (changed.includes(networkFile)) damaged(`${networkFile} is missing or was changed`);
  const text = new TextDecoder().decode(await readInput(join(folder, networkFile)));
  const network = deserialise<IntegerNetwork>(text);
  return {
    folder,
    manifest,
    network,
    schedule: scheduleNetwork(network, manifest.shape),
    identifier: identifier(manifest.name),
    changed,
  };
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8')) as unknown;
}

/** Whether a build's Verilog is the engine and the test bench of this very Camber, but for the values of parameters. */
export async function isShippedRtl({ folder }: Pick<Build, 'folder'>): Promise<boolean> {
  const { rtl, bench } = await shippedRtl();
  const files = [
    ...[...rtl].map(([file, text]) => [join('rtl', file), text] as const),
    ...[...bench].map(([file, text]) => [join('sim', file), text] as const),
  ];
  const plain = (text: string) => text.replace(/(parameter \w+ = )\d+/g, '$1');
  const same = await Promise.all(
    files.map(async ([path, text]) => {
      const own = await readFile(join(folder, path), 'utf8').catch(() => '');
      return plain(own) === plain(text);
    }),
  );
  return same.every(Boolean);
}
