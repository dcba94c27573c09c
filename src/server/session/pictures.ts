/** Pictures of a model: those listed beside it, a folder's, or the bundled ones. */
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { PictureView } from '../../protocol/views.ts';
import { samplePictures } from '../../toolchain/assets.ts';
import type { ModelFile } from '../../toolchain/model-file.ts';

const endings = new Set(['.png', '.jpg', '.jpeg', '.npy']);
export const isPicture = (path: string): boolean => endings.has(extname(path).toLowerCase());

export function pictureView(path: string, caption?: string): PictureView {
  return { id: path, title: basename(path, extname(path)), ...(caption === undefined ? {} : { caption }) };
}

/** The pictures that the model's companion file lists. */
export function listedPictures({ folder, info }: Pick<ModelFile, 'folder' | 'info'>): PictureView[] {
  return info.pictures.map(({ file, caption }) => pictureView(join(folder, file), caption));
}

/** Pictures in a folder, sorted; none where it cannot be read. */
export async function picturesIn(folder: string): Promise<PictureView[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter(isPicture)
    .sort()
    .map((name) => pictureView(join(folder, name)));
}

/** The photographs that come with Camber. */
export const bundledPictures = (): PictureView[] => samplePictures().map((path) => pictureView(path));
