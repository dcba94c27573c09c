/**
 * Engine operations: the only things the accelerator can do, and the unit of the schedule.
 *
 * One operation is a nest of seven counted loops around one multiply-accumulate word per cycle, followed by the
 * output stage once per output vector:
 *
 *     for tile, row, column:                      (output levels: one output vector of C channels each)
 *       for plane, ky, kx, input:                 (reduction levels: one cycle each)
 *         a[r]   = activation word (R int8), or padding where (y, x) lies outside, or one-hot(class)
 *         w[r,c] = weight word (R x C int8), plain or transposed, or made of the second activation port's word
 *         acc[c] = sum_r a[r] * w[r,c] (+ acc[c]; acc[c] << 8 first on the first step of plane 1)
 *       output stage: requantise C accumulators, L lanes at a time, and write
 *
 * Every address is an affine function of the loop indices (a Walk), so the hardware needs one adder per walk and
 * convolutions, their adjoints (stride phases included), pools, border sums and maps differ only in data.
 *
 * Words: an activation word holds R channels of one position; a tensor of K channels has ceil(K/R) tiles per
 * position, address = base + (y * width + x) * tiles + tile; 16-bit tensors hold their high plane first and their
 * low plane `planeStride` words later. A weight word holds R x C weights: word (o-tile, ky, kx, i-tile) of a
 * convolution has w[r][c] = W[oTile*C + c][iTile*R + r][ky][kx], zero beyond the channels. Where C = 2R, the word's two
 * halves, of R columns each, stand in two banks; where i-tile is odd, in each other's.
 */

/** Loop levels, outermost first. */
export const levels = ['tile', 'row', 'column', 'plane', 'ky', 'kx', 'input'] as const;
export type Level = (typeof levels)[number];

/** One entry per level, outermost first. */
export type PerLevel = readonly [number, number, number, number, number, number, number];

/** value = base + sum over levels of index * stride. */
export interface Walk {
  readonly base: number;
  readonly strides: PerLevel;
}

export type Phase = 'inference' | 'gradient' | 'heatmap';

/**
 * A second pass of the output stage over the sums of each vector: int8 words, clamped to -128 ... 127, without mask, at the
 * output's own addresses plus `offset`.
 */
export interface SideOutput {
  /** Name of the integer layer whose result this is. */
  readonly layer: string;
  readonly offset: number;
  /** Parameter word of tile 0, lane group 0. */
  readonly parameters: number;
  /** Adds the operation's residual here too. */
  readonly residual: boolean;
  readonly zeroPoint: number;
}

export interface Operation {
  /** Name of the integer layer this carries out (several operations may share one: stride phases). */
  readonly layer: string;
  readonly phase: Phase;
  /** Loop counts, each >= 1. Plane is 2 where the streamed operand has 16 bits. */
  readonly counts: PerLevel;

  /** First operand. `input` reads the image memory; `oneHot` has 1 at row class mod R, 0 elsewhere. */
  readonly activation: { readonly source: 'memory' | 'input' | 'oneHot'; readonly walk: Walk };
  /** Window coordinates; outside 0 <= y < limit or 0 <= x < limit the first operand is padding. */
  readonly y: { readonly walk: Walk; readonly limit: number };
  readonly x: { readonly walk: Walk; readonly limit: number };
  /** Padding byte for source `memory`; source `input` pads with the image's zero-point pattern. */
  readonly padding: number;

  /**
   * Second operand. `plain`: w[r][c]; `transposed`: w[c][r] of the same word; `port`: column 0 takes
   * the R bytes of the second activation port, other columns 0; `diagonal`: column c takes byte c mod R of the second
   * activation port in row c mod R, other rows 0; `maximum` and `winners`: ones in its place. On an array of C = 2R columns
   * the two halves of a vector take turns: a step whose `input` index is h gives column half h, the other half adds 0.
   *
   * On an array of C = 2R columns `plain` and the windows take the halves of a word from each other's bank where the `input`
   * index is odd. `transposed` takes the half that the index's parity h names of two adjacent words, one for each half of the
   * columns, each turned round: column half j reads bank j xor h of word address + j. The address takes its `input`
   * stride after every second step only. A one-hot operand's parity is that of floor(class / R), its transposed vectors
   * have one `input` step.
   *
   * `maximum`: accumulators do not add up but keep 256 * largest + (255 - first step that has it), steps numbered by the
   * weight walk; steps outside the window do not count. `winners`, of source `memory`: row r of the first operand is padding unless byte r of the
   * second activation port is 127 - number; the number is the weight walk again.
   *
   * `window` and `stridedWindow`, of source `memory`: three taps of a kernel row in one step, for convolutions channel by
   * channel. Besides the position of the walks the second activation port reads the one to its right; the one to the left
   * was read for the output column before, by the first operand's port (`window`: columns one position apart) or by the second
   * one's (`stridedWindow`: two apart). Each of the three is padding where it lies outside. Columns stand in four groups of
   * R/4; group g takes, in its rows R/4 * t on, channels R/4 * g on of tap t (this one, right, left; the last R/4 rows 0).
   * A vector has `windowRows` * C/R steps, and the window of the first column begins outside.
   *
   * The class's tile, floor(class / C), times `classStride` is added to the address.
   */
  readonly weights: {
    readonly mode:
      'plain' | 'transposed' | 'port' | 'diagonal' | 'maximum' | 'winners' | 'window' | 'stridedWindow';
    readonly walk: Walk;
    readonly classStride: number;
  };

  /** Second activation port: residual words (read once per output vector, `planes` words) or, in modes `port`, `diagonal`, `winners` and the windows, an operand. */
  readonly port: {
    readonly walk: Walk;
    readonly planes: 0 | 1 | 2;
    readonly planeStride: number;
    readonly zeroPoint: number;
  };

  readonly output: {
    /**
     * `activation`: requantised words to activation memory. `scores`: int32, channel after channel, to the result
     * memory from address 0, with running argmax. `map`: int32, only the class's column (mode `port`: column 0), to the result memory
     * after the scores. `bias`: column 0 to the bias register.
     */
    readonly destination: 'activation' | 'scores' | 'map' | 'bias';
    /** Strides of reduction levels are 0. For `map`, the address counts map values. */
    readonly walk: Walk;
    readonly planes: 1 | 2;
    readonly planeStride: number;
    /** Valid channels over all tiles (scores: number of classes). */
    readonly channels: number;
    /** Parameter word of tile t, lane group g: base + t * (C/L) + g; with `classColumn`, base + floor(class / L). */
    readonly parameters: number;
    /** Take only column class mod C (map from a dense row), with the parameters of that class. */
    readonly classColumn: boolean;
    /** Use the bias register instead of the parameter's bias. */
    readonly biasRegister: boolean;
    /** The residual multiplier is signed and replaces the multiplier where acc + bias <= 0 (mask mode `read`: where the bit is 0). */
    readonly slope: boolean;
    /** The clamped value q becomes entry 256 * table + q + 128 of the table memory, of 16 bits; absent: no look-up. */
    readonly table?: number;
    readonly zeroPoint: number;
    readonly lower: number;
    readonly upper: number;
  };

  /** A second result of the same sums, requantised for itself. */
  readonly side?: SideOutput;

  /** Mask memory: words of C bits, one per output vector. */
  readonly mask: { readonly mode: 'none' | 'write' | 'read'; readonly walk: Walk; readonly upper: number };

  /** Cycles per output vector: max(reduction steps, output-stage steps). */
  readonly interval: number;
  /**
   * Idle cycles between the last interval and the next operation's first issue, which may still have to wait for the
   * image. The next one starts while the results of this one are on their way wherever it reads none of them too early.
   */
  readonly drain: number;
  /** Cycles from the last interval until all results are in place (pipeline latency, see `timing.ts`). */
  readonly settle: number;
  /** Image words that must have been loaded before the first issue (0 once the image is complete). */
  readonly inputWords: number;
}

/** One output channel's requantisation parameters as stored: L of them make one parameter word. */
export interface ChannelParameters {
  readonly bias: number;
  readonly multiplier: number;
  readonly shift: number;
  readonly residualMultiplier: number;
  readonly residualShift: number;
}

/**
 * The image memory: word (y, j) holds pixels x = j - padLeft ... x + pack - 1 of row y, channel-interleaved from row 0
 * of the word up; pixels outside the row are the zero-point pattern. Address = y * (width + padLeft) + j.
 */
export interface ImageLayout {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Pixels per word: min(floor(R / channels), kernel width of the first convolution). */
  readonly pack: number;
  /** min(left padding, pack - 1). */
  readonly padLeft: number;
  /** Padding per channel, int8. */
  readonly padding: readonly number[];
  /** uint8 pixels are re-centred by flipping the top bit. */
  readonly unsigned: boolean;
}

/** Shape of the engine. Lanes = requantiser lanes; columns is a multiple of lanes. */
export interface EngineShape {
  readonly rows: number;
  readonly columns: number;
  readonly lanes: number;
}

/** Memory depths in words of their own width. */
export interface MemoryDepths {
  /** Activation words of R bytes. */
  readonly activation: number;
  /** Image words of R bytes. */
  readonly image: number;
  /** Weight words of R * C bytes. */
  readonly weights: number;
  /** Parameter words of L channels. */
  readonly parameters: number;
  /** Mask words of C bits. */
  readonly mask: number;
  /** Result words of 32 bits (scores, then map). */
  readonly result: number;
  /** Entries of 16 bits, 256 to a table. */
  readonly table: number;
}

export interface ScheduledOperation {
  readonly operation: Operation;
  /** Cycle of the first issue, counted from the first accepted input beat. */
  readonly start: number;
  /** Cycles until the next operation may start: vectors * interval + drain. */
  readonly length: number;
}

/** Where a tensor lives. */
export interface Placement {
  readonly tensor: string;
  readonly memory: 'activation' | 'image' | 'mask' | 'result' | 'weights' | 'table';
  readonly address: number;
  readonly words: number;
  /** Index of the first operation that writes it and of the last that reads it. */
  readonly live: readonly [number, number];
  /** Activation tensors: words from position to position and from plane to plane, channels of each part that starts at a word. */
  readonly layout?: {
    readonly pitch: number;
    readonly planeStride: number;
    readonly segments: readonly number[];
  };
  /** The tensor whose storage this is a part of. */
  readonly within?: string;
  /** Weights that this holds a second time, in a form for the backward pass. */
  readonly copyOf?: string;
}

/** The static schedule: the only source of cycle figures. */
export interface Schedule {
  readonly shape: EngineShape;
  readonly image: ImageLayout;
  readonly operations: readonly ScheduledOperation[];
  readonly depths: MemoryDepths;
  readonly placements: readonly Placement[];
  readonly classes: number;
  readonly mapValues: number;
  readonly cycles: { readonly inference: number; readonly explanation: number };
  /** Contents: weight words (R*C bytes each, bank b's w[r][c] at (b*R + r)*R + c), and per-channel parameters in order. */
  readonly weightWords: Int8Array;
  readonly parameters: readonly ChannelParameters[];
  /** Look-up tables one after the other. */
  readonly tables: Int16Array;
}

/** Modes whose second activation port is an operand, read in every step. */
const portModes: readonly Operation['weights']['mode'][] = [
  'port',
  'diagonal',
  'winners',
  'window',
  'stridedWindow',
];

/** Kernel rows of a window mode: what the engine's delay line is made for (`camber_window.v`). */
export const windowRows = 3;

/** Whether three taps of a kernel row are taken in one step. */
export function slidesWindow({ weights }: Pick<Operation, 'weights'>): boolean {
  return weights.mode === 'window' || weights.mode === 'stridedWindow';
}

/** Whether the second activation port is an operand. */
export function readsPort({ weights }: Pick<Operation, 'weights'>): boolean {
  return portModes.includes(weights.mode);
}

/** Whether the words' banks are read at two addresses: adjacent words' halves, for the two halves of the columns. */
export const readsTwoWords = (
  { weights }: Pick<Operation, 'weights'>,
  { rows, columns }: EngineShape,
): boolean => weights.mode === 'transposed' && rows !== columns;

/** Loop counts as the weight walk takes them: of two words' halves each is an input. */
export const weightCounts = (
  operation: Pick<Operation, 'weights' | 'counts'>,
  shape: EngineShape,
): PerLevel => {
  const [tile, row, column, plane, ky, kx, input] = operation.counts;
  return readsTwoWords(operation, shape)
    ? [tile, row, column, plane, ky, kx, Math.ceil(input / 2)]
    : operation.counts;
};

/** Whether weight words are read; else the weight walk numbers steps, or means nothing. */
export function readsWeights({ weights }: Pick<Operation, 'weights'>): boolean {
  return weights.mode === 'plain' || weights.mode === 'transposed' || slidesWindow({ weights });
}
