import { describe, expect, it } from 'vitest';
import { CompileError, formatDiagnostic } from '../../../src/compiler/diagnostics.ts';
import type { IntegerNetwork } from '../../../src/compiler/quantize/network.ts';
import { headerFields, operationFields, recordWords } from '../../../src/compiler/emit/encode-operation.ts';
import { scheduleForDevice } from '../../../src/compiler/explore.ts';
import { defaultPart, findDevice } from '../../../src/compiler/report/devices.ts';
import { scheduleOrAdvise, tryArrays } from '../../../src/compiler/schedule/advise-array.ts';
import { engineLimits } from '../../../src/compiler/schedule/limits.ts';
import { engineShape, engineShapes } from '../../../src/compiler/schedule/engine-shape.ts';
import type { EngineShape } from '../../../src/compiler/schedule/operation.ts';
import { schedule } from '../../../src/compiler/schedule/schedule.ts';
import { generateNetwork } from './support/generate.ts';

function problemsOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (error instanceof CompileError) return error.diagnostics;
    throw error;
  }
  return [];
}

const square = (size: number): EngineShape => ({ rows: size, columns: size, lanes: size / 2 });

describe('what the scheduler refuses, and how it says so', () => {
  it('arrays it does not know', () => {
    const [problem] = problemsOf(() => engineShape('7x9'));
    expect(problem).toMatchObject({ code: 'CAM504', severity: 'error' });
    expect(problem!.hint).toContain([...engineShapes.keys()].join(', '));
  });

  it('what no array has registers for: classes, channels of the image', () => {
    const { network } = generateNetwork(1, { explanation: false });
    const told = (classes: number, channels: number) => {
      const image = { ...network.tensors.get('image')!, channels };
      const changed = { ...network, classes, tensors: new Map(network.tensors).set('image', image) };
      return problemsOf(() => scheduleOrAdvise(changed, square(4))).map(formatDiagnostic);
    };
    expect({
      classes: told(4097, 3),
      channels: told(10, 5),
      both: told(5000, 6),
    }).toMatchSnapshot();
  });

  it('the image as target or residual, all layers at once', () => {
    const { network } = generateNetwork(1);
    const first = network.layers[0]!;
    const residual = {
      tensor: 'image',
      multiplier: first.output.multiplier,
      shift: Uint8Array.from(first.output.shift, () => 0),
    };
    const map = {
      ...network.layers.at(-1)!,
      name: 'map of the image',
      sum: { kind: 'mapFromRow', input: 'image', weights: 'dense' } as const,
    };
    const layers = [{ ...first, output: { ...first.output, residual } }, ...network.layers.slice(1), map];
    const broken: IntegerNetwork = { ...network, layers };
    const problems = problemsOf(() => schedule(broken, square(8)));
    expect(problems.map(({ code }) => code)).toEqual(['CAM501', 'CAM501']);
    expect(problems[0]!.message).toContain(first.name);
    expect(problems[1]!.message).toContain('map of the image');
  });

  it.each([
    { rows: 5, columns: 5, lanes: 5 },
    { rows: 4, columns: 16, lanes: 8 },
    { rows: 16, columns: 8, lanes: 4 },
    { rows: 8, columns: 8, lanes: 8 },
    { rows: 8, columns: 8, lanes: 3 },
  ])('an engine that cannot be built: $rows x $columns, $lanes lanes', (shape) => {
    const problems = problemsOf(() => schedule(generateNetwork(2).network, shape));
    expect(problems.map(({ code }) => code)).toContain('CAM504');
  });

  it('a network whose layers name tensors or weights it does not have', () => {
    const { network } = generateNetwork(2);
    const lost = { ...network, weights: new Map() };
    expect(problemsOf(() => schedule(lost, square(8)))).toMatchObject([{ code: 'CAM505' }]);
  });

  it('what is beyond the counters and addresses of the engine, all of it', () => {
    // 4096 x 20 positions of 5 tiles on 4 rows: more words, turns and width than the engine has.
    const { network } = generateNetwork(1, { explanation: false });
    const stem = network.layers[0]!;
    const sized = (name: string, width: number) => ({ ...network.tensors.get(name)!, height: 20, width });
    const tensors = new Map(network.tensors)
      .set('image', sized('image', 4200))
      .set(stem.output.tensor, { ...sized(stem.output.tensor, 4200) });
    const problems = problemsOf(() => schedule({ ...network, tensors }, square(4)));
    expect(problems.length).toBeGreaterThan(1);
    expect(problems.every(({ code }) => code === 'CAM501')).toBe(true);
    expect(problems.map(({ message }) => message).join()).toMatch(/memory needs \d+ words.*the engine/);
    expect(problems.map(({ message }) => message).join()).toContain(stem.name);
    expect(problems.map(formatDiagnostic)).toMatchSnapshot();
  });

  it('names the smallest listed array that has room, or says that there is none', () => {
    const { network } = generateNetwork(1, { explanation: false });
    const stem = network.layers[0]!;
    const tall = (height: number, width: number) => {
      const sized = (name: string) => ({ ...network.tensors.get(name)!, height, width });
      const tensors = new Map(network.tensors)
        .set('image', sized('image'))
        .set(stem.output.tensor, sized(stem.output.tensor));
      return { ...network, tensors };
    };
    const advice = (sized: IntegerNetwork) =>
      problemsOf(() => scheduleOrAdvise(sized, square(4))).map(formatDiagnostic);
    expect({ larger: advice(tall(200, 200)), none: advice(tall(600, 600)) }).toMatchSnapshot();
  });

  it('leaves out the arrays that are too small where several are tried, and refuses where all are', () => {
    const { network } = generateNetwork(1, { explanation: false });
    const stem = network.layers[0]!;
    const sized = (side: number): IntegerNetwork => {
      const tensors = new Map(network.tensors);
      for (const name of ['image', stem.output.tensor])
        tensors.set(name, { ...network.tensors.get(name)!, height: side, width: side });
      return { ...network, tensors };
    };
    const tried = [...tryArrays(sized(200), [...engineShapes.values()])];
    expect(tried.map((t) => ('tooSmall' in t ? formatDiagnostic(t.tooSmall) : t.plan.shape.rows))).toEqual([
      expect.stringMatching(
        /^information CAM508: Array 4x4 is too small .*80240 words; the engine addresses 65536/,
      ),
      ...[8, 8, 16, 16],
    ]);
    expect(scheduleForDevice(sized(200), 16, findDevice(defaultPart)!).shape.rows).toBeGreaterThan(4);
    const refused = problemsOf(() => [...tryArrays(sized(600), [...engineShapes.values()])]);
    expect(refused.map(({ code }) => code)).toContain('CAM501');
    expect(refused[0]!.hint).toContain('no larger array that is listed would do');
  });

  it('no more and no less than the control ROM holds', () => {
    const bits = new Map<string, number>(operationFields);
    expect(engineLimits.words).toBe(2 ** (bits.get('activation_walk')! / 8));
    expect(engineLimits.count).toBe(2 ** (bits.get('counts')! / 7));
    expect(engineLimits.coordinate).toBe(2 ** (bits.get('y_walk')! / 8 - 1));
    expect(engineLimits.channels).toBe(2 ** bits.get('output_channels')! - 1);
    const header = new Map<string, number>(headerFields);
    expect(engineLimits.classes).toBe(2 ** header.get('class_index')!);
    expect(engineLimits.imageChannels).toBe(header.get('image_padding')! / 8);
    expect(engineLimits.imageSide).toBe(2 ** header.get('image_last_tick')!);
    expect(engineLimits.imageSide).toBe(2 ** header.get('image_last_row')!);
    expect((engineLimits.operations + 1) * recordWords).toBeLessThanOrEqual(engineLimits.words);
    expect((engineLimits.operations + 2) * recordWords).toBeGreaterThan(engineLimits.words);
  });
});
