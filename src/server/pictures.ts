/** The pictures that heat maps are shown on: the bundled ones, those of the user's folder, and those added by hand. */
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PictureView } from '../protocol/views.ts';

/** The bundled sample; the same place beside sources and beside the bundle. */
export const sampleFolder = fileURLToPath(new URL('../../media/sample/', import.meta.url));

const endings = new Set(['.png', '.jpg', '.jpeg', '.npy']);

/** Pictures in the sample that show none of its model's classes. */
const strangers = new Set(['coffee', 'astronaut']);

export function isPicture(path: string): boolean {
  return endings.has(extname(path).toLowerCase());
}

function view(path: string): PictureView {
  const title = basename(path, extname(path));
  const bundled = path.startsWith(sampleFolder);
  return {
    id: path,
    title,
    ...(bundled && strangers.has(title) ? { caption: 'not a class of the sample model' } : {}),
  };
}

/** Paths of the pictures in a folder and its `pictures` folder, sorted; none where it cannot be read. */
async function picturesIn(folder: string): Promise<string[]> {
  const names = async (at: string): Promise<string[]> =>
    (await readdir(at).catch(() => [])).filter(isPicture).map((name) => join(at, name));
  return [...(await names(folder)), ...(await names(join(folder, 'pictures')))].sort();
}

/** `folder` is the user's, or empty for the bundled pictures. */
export async function pictures(folder: string, extra: readonly string[]): Promise<PictureView[]> {
  const paths = await picturesIn(folder === '' ? sampleFolder : folder);
  return [...new Set([...paths, ...extra.filter(isPicture)])].map(view);
}
