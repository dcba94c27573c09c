import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sample, sampleFolder } from './support.ts';

const bundle = fileURLToPath(new URL('../../dist/cli/camber.mjs', import.meta.url));

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'camber-bundle-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the built program in a process of its own, in another folder, as a user would. */
function camber(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [bundle, ...args], { cwd: folder }, (_error, out, err) =>
      done({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

describe('the built program (npm run build)', () => {
  test('says its version and its commands', async () => {
    expect(await camber('--version')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    expect((await camber('--help')).out).toMatch(/inspect[^]*explain[^]*export/);
  });

  test('explains a picture with the runtime that ships beside it', async () => {
    const args = ['explain', sample, '--image', join(sampleFolder, 'chelsea.jpg'), '--json'];
    const { code, out, err } = await camber(...args);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ class: 3, map: { shape: [4, 4] } });
  });

  test('a model at fault: exit code 1 and no stack trace; wrong usage: 2', async () => {
    const { code, out, err } = await camber('inspect', join(sampleFolder, 'README.md'));
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^error CAM101: .*\n {2}.*\n$/);
    expect((await camber('inspect')).code).toBe(2);
  });
});
