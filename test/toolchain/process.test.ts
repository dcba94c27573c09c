import { describe, expect, it } from 'vitest';
import { firstErrorLine, runTool } from '../../src/toolchain/process.ts';
import { problem } from '../support/problem.ts';

const installHint = 'Install it.';

const node = (script: string) => ({ command: process.execPath, args: ['-e', script], installHint });

describe('external tools', () => {
  it('gives the output, line by line and whole', async () => {
    const lines: string[] = [];
    const { stdout } = await runTool({
      ...node('process.stdout.write("a\\nb"); setTimeout(() => process.stdout.write("c\\nd"), 20)'),
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(['a', 'bc', 'd']);
    expect(stdout).toBe('a\nbc\nd');
  });

  it('passes arguments as they are, without a shell', async () => {
    const args = ['-e', 'console.log(process.argv[1])', '$HOME; echo "x"'];
    expect((await runTool({ command: process.execPath, args, installHint })).stdout).toBe(
      '$HOME; echo "x"\n',
    );
  });

  it('CAM601: not installed', async () => {
    const { code, message, hint } = await problem(
      runTool({ command: 'no-such-tool', args: [], installHint }),
    );
    expect(code).toBe('CAM601');
    expect(message).toContain('no-such-tool');
    expect(hint).toBe(installHint);
  });

  it('CAM602: its own first error line', async () => {
    const { code, message } = await problem(
      runTool(node('console.error("note\\n%Error: x.v:3: syntax error\\nmore"); process.exit(2)')),
    );
    expect(code).toBe('CAM602');
    expect(message).toContain('%Error: x.v:3: syntax error');
    expect(message).toContain('exit code 2');
  });

  it('CAM606: cancelled, before and while it runs', async () => {
    const early = AbortSignal.abort();
    expect((await problem(runTool({ ...node(''), signal: early }))).code).toBe('CAM606');
    const controller = new AbortController();
    const running = runTool({ ...node('setTimeout(() => {}, 60000)'), signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    expect((await problem(running)).code).toBe('CAM606');
  });

  it('ends the tool where whoever listens throws, and rejects with that', async () => {
    const started = performance.now();
    const running = runTool({
      ...node('console.log("line"); setTimeout(() => {}, 60000)'),
      onLine: () => {
        throw new Error('enough');
      },
    });
    await expect(running).rejects.toThrow('enough');
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it('finds the line that tells', () => {
    expect(firstErrorLine('a\nfoo: error: b\nc')).toBe('foo: error: b');
    expect(firstErrorLine('a\n b \n')).toBe('b');
    expect(firstErrorLine('')).toBe('no message');
  });
});
