/**
 * Random schedules, made of operations no compiler would write: every field of an operation takes any value that
 * keeps the addresses in range, so that the engine is tested for what `operation.ts` says, not for what the lowering
 * happens to use.
 */
import { imageWords } from '../../../src/compiler/schedule/image-layout.ts';
import type { LoweredOperation } from '../../../src/compiler/schedule/lowering.ts';
import {
  type ChannelParameters,
  type EngineShape,
  type ImageLayout,
  levels,
  type PerLevel,
  type Phase,
  readsPort,
  type Schedule,
  type Walk,
} from '../../../src/compiler/schedule/operation.ts';
import { tableEntries } from '../../../src/compiler/schedule/table-layout.ts';
import { cyclesOf, time } from '../../../src/compiler/schedule/time.ts';
import { vectorsOf, walk } from '../../../src/compiler/schedule/walk.ts';
import { Random } from '../../compiler/schedule/support/random.ts';

const weightWords = 40;
const parameterWords = 30;
const tableCount = 3;
const maxInt32 = 2 ** 31 - 1;

class Builder {
  readonly operations: LoweredOperation[] = [];
  /** Words written so far; operations read only these. */
  activation = 0;
  mask = 0;
  /** After the scores: the class is known. */
  isClassKnown = false;
  isBiasKnown = false;
  mapValues = 0;

  constructor(
    readonly random: Random,
    readonly shape: EngineShape,
    readonly image: ImageLayout,
    readonly classes: number,
  ) {}

  /** A walk over 0 ... limit - 1: random strides on `levels`, halved until they fit. */
  within(limit: number, counts: PerLevel, levels: number): Walk {
    const { random } = this;
    for (let reach = limit; ; reach = Math.floor(reach / 2)) {
      const strides = counts.map((_, level) =>
        level < levels ? random.integer(-reach, reach) : 0,
      ) as unknown as PerLevel;
      const ends = strides.map((stride, level) => stride * (counts[level]! - 1));
      const low = ends.reduce((sum, end) => sum + Math.min(0, end), 0);
      const high = ends.reduce((sum, end) => sum + Math.max(0, end), 0);
      if (high - low < limit) return { base: random.integer(-low, limit - 1 - high), strides };
    }
  }

  /** Consecutive words, `each` of them per output vector, in a random order of the levels. */
  consecutive(base: number, counts: PerLevel, each = 1): Walk {
    const strides = [0, 0, 0];
    let next = each;
    const order = this.random.pick([
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [0, 2, 1],
    ] as const);
    for (const level of order) {
      strides[level] = next;
      next *= counts[level]!;
    }
    return walk(base, { tile: strides[0]!, row: strides[1]!, column: strides[2]! });
  }

  /** Window coordinate; rows of the image do not change along kx. */
  coordinate(fixedLevel?: number) {
    const { random } = this;
    const strides = levels.map((_, level) =>
      level === fixedLevel ? 0 : random.integer(-2, 2),
    ) as unknown as PerLevel;
    return { walk: { base: random.integer(-3, 3), strides }, limit: random.integer(1, 8) };
  }

  /** First operand, second operand and mask at random; the caller gives loops and destination. */
  add(phase: Phase, counts: PerLevel, output: Partial<LoweredOperation['output']>): void {
    const { random, shape } = this;
    const { rows, columns, lanes } = shape;
    const words = columns / rows;
    const vectors = vectorsOf(counts);
    const destination = output.destination ?? 'activation';
    const isFirst = this.operations.length === 0;
    // Image words arrive in a known order only for the loops that the lowering uses on them.
    const mayReadImage = counts[0] === 1 && counts[3] === 1 && counts[6] === 1;
    const source =
      isFirst || (mayReadImage && random.chance(0.2))
        ? 'input'
        : this.isClassKnown && random.chance(0.2)
          ? 'oneHot'
          : 'memory';
    const isBytes = destination === 'activation' || destination === 'scores';
    // A maximum is of 8-bit values, and every column half must have its turn.
    const others = [
      ...(isBytes ? (['diagonal'] as const) : []),
      ...(isBytes && source === 'memory' ? (['winners'] as const) : []),
      ...(isBytes && counts[3] === 1 && counts[6] >= words ? (['maximum'] as const) : []),
    ];
    const mode = isFirst
      ? 'plain'
      : random.chance(0.2)
        ? 'port'
        : others.length > 0 && random.chance(0.4)
          ? random.pick(others)
          : (rows === columns || source !== 'oneHot' || counts[6] === 1) && random.chance(0.4)
            ? 'transposed'
            : 'plain';
    const isOperand = readsPort({ weights: { mode, walk: walk(0), classStride: 0 } });
    const hasResidual = !isOperand && !isFirst && destination === 'activation' && random.chance(0.5);
    const slope = !hasResidual && random.chance(0.2);
    const looksUp = destination === 'activation' && random.chance(0.25);
    // Numbers of steps: any; in a mode with winners small ones, or none would ever win.
    const numbers = mode === 'winners' ? random.pick([200, 8]) : 255;
    const residualStride = random.integer(0, Math.floor(this.activation / 4));
    const classStride = this.isClassKnown ? random.integer(0, 6) : 0;
    const classReach = Math.floor((this.classes - 1) / columns) * classStride;
    const planes = destination === 'activation' && random.chance(0.4) ? 2 : 1;
    const isMaskable = destination === 'activation';
    const mask =
      isMaskable && random.chance(0.3)
        ? 'write'
        : isMaskable && this.mask > 0 && random.chance(0.4)
          ? 'read'
          : 'none';
    const tiles = counts[0];
    const biasRegister = this.isBiasKnown && random.chance(0.5);
    const mayHaveSide =
      destination === 'activation' &&
      planes === 1 &&
      mask !== 'read' &&
      !biasRegister &&
      !slope &&
      !looksUp &&
      (mode === 'plain' || mode === 'transposed');
    const firstParameters = () =>
      random.integer(0, parameterWords - Math.max(tiles * (columns / lanes), this.classes / lanes + 1));
    const side = mayHaveSide &&
      random.chance(0.4) && {
        layer: `side of operation ${this.operations.length}`,
        offset: vectors * words,
        parameters: firstParameters(),
        residual: hasResidual && random.chance(0.5),
        zeroPoint: random.integer(-128, 127),
      };
    this.operations.push({
      layer: `operation ${this.operations.length}`,
      phase,
      counts,
      activation: {
        source,
        walk: this.within(
          source === 'input' ? imageWords(this.image) : Math.max(1, this.activation),
          counts,
          7,
        ),
      },
      y: this.coordinate(source === 'input' ? levels.indexOf('kx') : undefined),
      x: this.coordinate(),
      padding: random.integer(-128, 127),
      weights: {
        mode,
        walk: this.within(
          // An oblong array reads the word behind a transposed one, too.
          mode === 'plain' || mode === 'transposed' ? weightWords - 1 - classReach : numbers,
          counts,
          7,
        ),
        classStride: mode === 'plain' || mode === 'transposed' ? classStride : 0,
      },
      port: {
        walk: hasResidual
          ? this.within(this.activation - residualStride - (words - 1), counts, 3)
          : this.within(Math.max(1, this.activation), counts, 7),
        planes: hasResidual ? random.pick([1, 2] as const) : 0,
        planeStride: residualStride,
        zeroPoint: hasResidual ? random.integer(-128, 127) : 0,
      },
      output: {
        destination,
        walk: this.consecutive(this.activation, counts, words),
        planes,
        planeStride: vectors * words,
        // Every word of a vector is written, so that all memory below `activation` is known.
        channels: random.integer(tiles * columns - rows + 1, tiles * columns),
        parameters: firstParameters(),
        classColumn: false,
        biasRegister,
        zeroPoint: random.integer(-128, 127),
        lower: planes === 2 ? -32639 : random.integer(-128, 0),
        upper: planes === 2 ? 32639 : random.integer(1, 127),
        slope,
        ...(looksUp
          ? { table: random.integer(0, tableCount - 1), lower: -128, upper: random.integer(1, 127) }
          : {}),
        ...output,
      },
      ...(side ? { side } : {}),
      mask: {
        mode: mask,
        walk:
          mask === 'write'
            ? this.consecutive(this.mask, counts)
            : this.within(Math.max(1, this.mask), counts, 3),
        upper: random.pick([maxInt32, random.integer(-20, 100)]),
      },
    });
    if (destination === 'activation') this.activation += vectors * (side ? 2 : planes) * words;
    if (mask === 'write') this.mask += vectors;
  }

  loops(isOneVector = false): PerLevel {
    const { random } = this;
    const outer = (high: number) => (isOneVector ? 1 : random.integer(1, high));
    const isImage = random.chance(0.2);
    const inner = (high: number) => (isImage || random.chance(0.4) ? 1 : random.integer(1, high));
    return [
      isImage ? 1 : outer(3),
      outer(3),
      outer(4),
      inner(2),
      random.integer(1, 3),
      random.integer(1, 3),
      inner(3),
    ];
  }
}

/** A random schedule of about `size` operations and pixels for it; they depend on the seed alone. */
export function randomSchedule(
  seed: number,
  shape: EngineShape,
  size: number,
): { schedule: Schedule; pixels: Uint8Array } {
  const random = new Random(seed);
  const channels = random.integer(1, 4);
  const pack = random.integer(1, Math.floor(shape.rows / channels));
  const image: ImageLayout = {
    width: random.integer(pack, 9),
    height: random.integer(1, 7),
    channels,
    pack,
    padLeft: random.integer(0, pack - 1),
    padding: Array.from({ length: channels }, () => random.integer(-128, 127)),
    unsigned: random.chance(0.5),
  };
  const classes = random.integer(1, 3 * shape.columns);
  const b = new Builder(random, shape, image, classes);

  b.add('inference', [1, random.integer(1, 4), random.integer(1, 6), 1, 1, random.integer(1, 3), 1], {});
  for (let n = 0; n < size; n++) b.add('inference', b.loops(), {});
  const wide = { planes: 1, lower: -(2 ** 31), upper: maxInt32 } as const;
  const [, , , ...scoreLoops] = b.loops();
  b.add('inference', [Math.ceil(classes / shape.columns), 1, 1, ...scoreLoops], {
    ...wide,
    destination: 'scores',
    walk: walk(0, { tile: shape.columns }),
    channels: classes,
  });
  b.isClassKnown = true;
  for (let n = 0; n < size; n++) b.add('gradient', b.loops(), {});
  b.add('heatmap', b.loops(true), { ...wide, destination: 'bias', walk: walk(0), channels: 1 });
  b.isBiasKnown = true;
  b.add('heatmap', b.loops(), {});
  const mapLoops = [1, ...b.loops().slice(1)] as unknown as PerLevel;
  b.add('heatmap', mapLoops, {
    ...wide,
    lower: 0,
    destination: 'map',
    walk: b.consecutive(0, mapLoops),
    channels: 1,
    classColumn: random.chance(0.5),
  });

  const operations = time(b.operations, shape, image, classes);
  const parameters = (): ChannelParameters => ({
    bias: random.integer(-20000, 20000),
    multiplier: random.integer(0, 131071),
    shift: random.integer(1, 30),
    residualMultiplier: random.integer(0, 131071),
    residualShift: random.integer(0, 15),
  });
  const mapValues = vectorsOf(mapLoops);
  return {
    schedule: {
      shape,
      image,
      operations,
      depths: {
        activation: b.activation,
        image: imageWords(image),
        weights: weightWords,
        parameters: parameterWords,
        mask: b.mask,
        result: classes + mapValues,
        table: tableCount * tableEntries,
      },
      placements: [],
      classes,
      mapValues,
      cycles: cyclesOf(operations),
      weightWords: Int8Array.from({ length: weightWords * shape.rows * shape.columns }, () =>
        random.integer(-128, 127),
      ),
      tables: Int16Array.from({ length: tableCount * tableEntries }, () => random.integer(-32768, 32767)),
      parameters: Array.from({ length: parameterWords * shape.lanes }, parameters),
    },
    pixels: Uint8Array.from({ length: image.width * image.height * channels }, () => random.integer(0, 255)),
  };
}
