import type { Box, Picture } from './picture.ts';

/** Crops by size relative to the picture: how many, along each axis, at even distances. */
const grids = [
  { share: 1, count: 1 },
  { share: 0.7, count: 2 },
  { share: 0.5, count: 3 },
  { share: 0.3, count: 3 },
] as const;

/**
 * Views of one picture at several sizes and places, 23 in all. A few photographs cropped like this show a network more
 * of the range of its activations than the photographs alone, where no calibration set is at hand.
 */
export function cropViews(picture: Picture): readonly Box[] {
  return grids.flatMap(({ share, count }) => {
    const width = picture.width * share;
    const height = picture.height * share;
    const at = (length: number, i: number) => (count === 1 ? 0 : (length * i) / (count - 1));
    return Array.from({ length: count * count }, (_, i) => ({
      x: at(picture.width - width, i % count),
      y: at(picture.height - height, Math.floor(i / count)),
      width,
      height,
    }));
  });
}
