/** Files in and out. What is written appears whole under its name or not at all. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CompileError, fail } from '../compiler/diagnostics.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EISDIR: 'it is a folder',
  ENOTDIR: 'part of its path is not a folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EEXIST: 'a file of that name is in the way',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GB',
};

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && reasons[code]) || message;
}

/** Reads a file. @throws CompileError CAM604 */
export async function readInput(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    fail('CAM604', `Cannot read ${path}: ${reason(error)}.`, 'Check the path and its permissions.');
  }
}

/** Reads a text file that need not exist. @throws CompileError CAM604 where it exists but cannot be read */
export async function readTextIfPresent(path: string): Promise<string | undefined> {
  return existsSync(path) ? new TextDecoder().decode(await readInput(path)) : undefined;
}

/** @throws CompileError CAM605; anything that the file system did not say goes on as it is */
export function cannotWrite(path: string, error: unknown): never {
  if (error instanceof CompileError) throw error;
  if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  const { code } = error as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'its folder cannot be made' : reason(error);
  fail('CAM605', `Cannot write ${path}: ${why}.`, 'Choose another place, or free it.');
}

/**
 * Writes a file by way of a temporary one beside it. Missing folders are made.
 *
 * @throws CompileError CAM605
 */
export async function writeOutput(path: string, content: Uint8Array | string): Promise<void> {
  const target = resolve(path);
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.partial`);
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, target);
  } catch (error) {
    // Where the folder itself is at fault there is nothing to clear, and rm says so.
    await rm(temporary, { force: true }).catch(() => undefined);
    cannotWrite(path, error);
  }
}

/** @throws CompileError CAM605 where a folder holds something and is none of ours */
export function refuseOtherFiles(
  path: string,
  entries: readonly string[],
  mayReplace: (entries: readonly string[]) => boolean,
): void {
  if (entries.length === 0 || mayReplace(entries)) return;
  const hint = 'Choose an empty folder, or one that Camber made.';
  fail('CAM605', `${path} holds other files, which would be lost.`, hint);
}

/**
 * Fills a folder: `fill` gets a temporary folder beside it, which takes its name once filled. A folder that already
 * has the name is replaced, but only where `mayReplace` says that it is one of ours (or it is empty).
 *
 * @throws CompileError CAM605, and whatever `fill` throws; the old folder is then as it was
 */
export async function writeFolder<T>(
  path: string,
  mayReplace: (entries: readonly string[]) => boolean,
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  const target = resolve(path);
  let temporary: string | undefined;
  try {
    const old = existsSync(target) ? await readdir(target) : [];
    refuseOtherFiles(path, old, mayReplace);
    await mkdir(dirname(target), { recursive: true });
    temporary = await mkdtemp(join(dirname(target), `.${basename(target)}.partial-`));
    const result = await fill(temporary);
    const retired = `${temporary}-old`;
    if (existsSync(target)) await rename(target, retired);
    await rename(temporary, target);
    await rm(retired, { recursive: true, force: true });
    return result;
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    cannotWrite(path, error);
  }
}
