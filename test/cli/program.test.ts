import { describe, expect, test } from 'vitest';
import type { CliCommand } from '../../src/cli/command.ts';
import { addExplanationOptions, addModelOptions } from '../../src/cli/options.ts';
import { runCli } from '../../src/cli/program.ts';
import { progressLine } from '../../src/cli/progress.ts';
import { CompileError, diagnostic } from '../../src/compiler/diagnostics.ts';

const note = diagnostic('CAM304', 'Assumed', 'Say it.');

const command = (name: string, run: CliCommand['run']): CliCommand => ({
  name,
  description: name,
  positional: '<model>',
  schemaVersion: 3,
  configure: (parser) => {
    addModelOptions(parser);
    addExplanationOptions(parser);
  },
  run,
});

const commands = [
  command('works', async (argument, options, { progress }) => {
    progress('working');
    return { json: { argument, options }, text: `did ${argument}`, diagnostics: [note] };
  }),
  command('differs', async () => ({
    json: { passed: false },
    text: 'differs',
    diagnostics: [],
    failed: true,
  })),
  command('refuses', async () => {
    throw new CompileError([
      diagnostic('CAM203', 'No layer x', 'Take y.', { tensor: 'x' }),
      diagnostic('CAM205', 'Class 12 of 10', 'Take less.'),
    ]);
  }),
  command('breaks', async () => {
    throw new TypeError('bug');
  }),
];

async function run(...args: string[]) {
  let out = '';
  let err = '';
  const streams = { out: (t: string) => (out += t), err: (t: string) => (err += t) };
  const code = await runCli(args, commands, '1.2.3', streams, new AbortController().signal);
  return { code, out, err };
}

describe('the frame of the command line', () => {
  test('text on stdout; progress and notes on stderr', async () => {
    const { code, out, err } = await run('works', 'm.onnx');
    expect([code, out, err]).toEqual([
      0,
      'did m.onnx\n',
      'working\ninformation CAM304: Assumed\n  Say it.\n',
    ]);
  });

  test('--json: one object on stdout, with version and diagnostics', async () => {
    const args = ['--json', '--input-shape', '1,3,8,8', '--class', '2', '--mean', '0.5'];
    const { code, out, err } = await run('works', 'm.onnx', ...args);
    expect([code, err]).toEqual([0, 'working\n']);
    expect(JSON.parse(out)).toEqual({
      schemaVersion: 3,
      argument: 'm.onnx',
      options: { json: true, inputShape: [1, 3, 8, 8], class: 2, mean: '0.5' },
      diagnostics: [note],
    });
  });

  test('a model at fault: every diagnostic, exit code 1, no stack trace', async () => {
    const { code, out, err } = await run('refuses', 'm.onnx');
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe(
      'error CAM203: No layer x [tensor x]\n  Take y.\nerror CAM205: Class 12 of 10\n  Take less.\n',
    );
  });

  test('a model at fault with --json: diagnostics on stdout alone', async () => {
    const { code, out, err } = await run('refuses', 'm.onnx', '--json');
    expect([code, err]).toEqual([1, '']);
    const json = JSON.parse(out) as { schemaVersion: number; diagnostics: { code: string }[] };
    expect([json.schemaVersion, json.diagnostics.map((d) => d.code)]).toEqual([3, ['CAM203', 'CAM205']]);
  });

  test('work done with a failing answer exits with 1', async () => {
    expect(await run('differs', 'x')).toMatchObject({ code: 1, out: 'differs\n' });
  });

  test('a bug is told apart from a model at fault', async () => {
    const { code, err } = await run('breaks', 'x');
    expect(code).toBe(70);
    expect(err).toMatch(/^Internal error, please report it: TypeError: bug/);
  });

  test.each([
    [['nothing'], /unknown command 'nothing'/],
    [['works'], /missing required argument 'model'/],
    [['works', 'm', '--targets', 'x'], /unknown option '--targets'/],
    [['works', 'm', '--class', '-1'], /Give argmax or the index of a class/],
    [['works', 'm', '--class', 'cat'], /Give argmax or the index of a class/],
    [['works', 'm', '--input-shape', '1,a'], /Give positive whole numbers/],
    [['works', 'm', '--scale', 'big'], /Give a number such as 0.5/],
    [['works', 'm', '--preset', 'x'], /Give one of raw, unit/],
    [['works', 'm', 'n'], /too many arguments/],
    [[], /Usage: camber/],
  ])('%j is wrong usage: exit code 2', async (args, message) => {
    const { code, out, err } = await run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });

  test.each([[['--help']], [['works', '--help']], [['--version']]])('%j exits with 0', async (args) => {
    expect(await run(...args)).toMatchObject({ code: 0, err: '' });
  });
});

describe('progress', () => {
  function shown(terminal: boolean): string {
    let text = '';
    const line = progressLine({ err: (t) => (text += t), terminal });
    line.show('Calibrating', 0.1);
    line.show('Calibrating', 0.25);
    line.show('Scheduling');
    line.end();
    return text;
  }

  test('each stage once where stderr is no terminal', () => {
    expect(shown(false)).toBe('Calibrating\nScheduling\n');
  });

  test('one line that vanishes in a terminal', () => {
    const clear = '\r\x1b[K';
    expect(shown(true)).toBe(`${clear}Calibrating 10 %${clear}Calibrating 25 %${clear}Scheduling${clear}`);
  });

  test('is cut to a narrow terminal, the share last', () => {
    let text = '';
    for (const columns of [12, 3]) {
      const line = progressLine({ err: (t) => (text += t), terminal: true, columns: () => columns });
      line.show('Calibrating', 0.5);
    }
    expect(text.split('\r\x1b[K').slice(1)).toEqual(['Calib… 50 %', '… ']);
  });
});
