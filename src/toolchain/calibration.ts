/** Calibration pictures: the user's, or crops of the model's own or of the bundled photographs. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { diagnostic, fail, type Diagnostic } from '../compiler/diagnostics.ts';
import type { ValueInfo } from '../compiler/graph/ir.ts';
import { cropViews } from '../engine/images/crops.ts';
import { decodePicture } from '../engine/images/decode.ts';
import { loadImage } from '../engine/images/load.ts';
import { inputFromView, isPicture } from '../engine/images/preprocess.ts';
import { samplePictures } from './assets.ts';
import { readInput } from './files.ts';
import type { ModelFile } from './model-file.ts';

export interface CalibrationPictures {
  /** As the model takes them. */
  readonly images: readonly Float32Array[];
  /** The files that they were read from. */
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

const endings = new Set(['.png', '.jpg', '.jpeg', '.npy']);

/** At most so many pictures of a folder are used, evenly chosen: more change the ranges little and take long. */
const maxCalibrationPictures = 200;

/**
 * Reads calibration pictures.
 *
 * @param places files and folders, with the folders in them; where empty, crops of the pictures listed beside the model, or else of the bundled
 *   photographs, with CAM401
 * @param most how many crops are wanted at most
 * @throws CompileError CAM301, CAM302, CAM303, CAM604 (a folder without pictures among them)
 */
export async function calibrationPictures(
  places: readonly string[],
  model: ModelFile,
  input: ValueInfo,
  most = Infinity,
): Promise<CalibrationPictures> {
  const { preprocessing } = model.info;
  if (places.length > 0) {
    const files = evenly((await Promise.all(places.map(picturesAt))).flat(), maxCalibrationPictures);
    const images: Float32Array[] = [];
    for (const file of files) {
      images.push(loadImage(await readInput(file), file, input, preprocessing).tensor.data);
    }
    return { images, files, diagnostics: [] };
  }
  if (!isPicture(input.shape, preprocessing.layout)) {
    const text = `No calibration data were given, and photographs are no input of shape [${input.shape.join(', ')}].`;
    fail('CAM302', text, 'Give --calibration with .npy arrays of float32 in that shape.');
  }
  const files = listedPictures(model);
  const images: Float32Array[] = [];
  for (const file of files) {
    if (images.length >= most) break;
    const picture = decodePicture(await readInput(file), file);
    for (const view of cropViews(picture).slice(0, most - images.length)) {
      images.push(inputFromView(picture, view, input.shape, preprocessing).tensor.data);
    }
  }
  const whose = model.info.pictures.length > 0 ? 'listed beside the model' : 'that come with Camber';
  const text = `No calibration pictures were given: ranges are measured on ${images.length} crops of ${files.length} pictures ${whose}.`;
  const hint = 'Give a folder with some dozens of typical pictures.';
  return { images, files, diagnostics: [diagnostic('CAM401', text, hint)] };
}

/** The pictures listed beside a model, or else the bundled ones. */
export function listedPictures(model: ModelFile): readonly string[] {
  const own = model.info.pictures
    .map((p) => join(model.folder, p.file))
    .filter((file) => extname(file) !== '.npy');
  return own.length > 0 ? own : samplePictures();
}

async function picturesAt(place: string): Promise<readonly string[]> {
  const folder = await stat(place).then(
    (s) => s.isDirectory(),
    () => false,
  );
  if (!folder) return [place];
  // Data sets keep a folder for each class.
  const names = (await readdir(place, { recursive: true })).filter((name) =>
    endings.has(extname(name).toLowerCase()),
  );
  if (names.length === 0)
    fail('CAM604', `The folder ${place} holds no PNG, JPEG or .npy.`, 'Choose another folder.');
  return names.sort().map((name) => join(place, name));
}

function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]!);
}
