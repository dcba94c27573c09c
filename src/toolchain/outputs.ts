/** What can be told of an output's place before the work whose result it takes. */
import { constants } from 'node:fs';
import { access, mkdir, readdir, realpath, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fail } from '../compiler/diagnostics.ts';
import { cannotWrite, refuseOtherFiles } from './files.ts';

/**
 * Refuses a file that could not be written, or that would replace one of those it is made from.
 *
 * @param inputs what the command reads
 * @throws CompileError CAM605
 */
export async function checkOutput(path: string, inputs: Iterable<string> = []): Promise<void> {
  const place = await realpath(path).catch(() => undefined);
  if (place === undefined) return checkParent(path);
  for (const input of inputs) {
    if ((await realpath(input).catch(() => undefined)) === place)
      fail(
        'CAM605',
        `Writing ${path} would replace ${input}, which it is made from.`,
        'Choose another name.',
      );
  }
  if ((await stat(place)).isDirectory())
    fail('CAM605', `Cannot write ${path}: it is a folder.`, 'Choose another place, or free it.');
  await checkParent(path);
}

/**
 * Refuses a folder that could not be filled.
 *
 * @param mayReplace as `writeFolder` has it
 * @throws CompileError CAM605
 */
export async function checkOutputFolder(
  path: string,
  mayReplace: (entries: readonly string[]) => boolean,
): Promise<void> {
  const old = await readdir(path).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? [] : cannotWrite(path, error),
  );
  refuseOtherFiles(path, old, mayReplace);
  await checkParent(path);
}

/**
 * Makes the folder of a file that another program will write, and takes away an older file of that name.
 *
 * @throws CompileError CAM605
 */
export async function makeRoom(path: string): Promise<void> {
  await checkOutput(path);
  try {
    await mkdir(dirname(resolve(path)), { recursive: true });
    await rm(path, { force: true });
  } catch (error) {
    cannotWrite(path, error);
  }
}

/** The nearest folder above that exists is where things are made. */
async function checkParent(path: string): Promise<void> {
  let folder = dirname(resolve(path));
  for (;;) {
    try {
      await access(folder, constants.W_OK);
      if ((await stat(folder)).isDirectory()) return;
      throw Object.assign(new Error(), { code: 'ENOTDIR' });
    } catch (error) {
      const above = dirname(folder);
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) cannotWrite(path, error);
      folder = above;
    }
  }
}
