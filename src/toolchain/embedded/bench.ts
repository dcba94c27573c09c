/**
 * The test bench for the embedded simulator: what `src/rtl/sim/camber_tb.v` does under other simulators, cycle for
 * cycle, on the same files. Registers of the bench change at the clock edge like those of the design, so what either
 * sees of the other is the same in both.
 */
import type { Mismatch, SimulatedRun, SimulationResult } from '../simulation.ts';
import type { Machine } from './machine.ts';
import type { BenchVectors, RunVector } from './vectors.ts';

export interface BenchOptions {
  /** Random pauses on all streams and on the control port, from this seed. */
  readonly pauses?: number;
  /** A reset so many cycles after the first beat of the first run, which is then repeated. */
  readonly resetAfter?: number;
  readonly onRun?: (run: SimulatedRun) => void;
  /** Records every cycle. */
  readonly trace?: CycleTrace;
}

/** What records cycles. */
export interface CycleTrace {
  /** In how many cycles it records the next; 0 where that is the one to come. `wall` counts from a run's first beat. */
  readonly due: (wall: number) => number;
  /** Before a cycle: registers hold what the last edge gave them. */
  readonly before: () => void;
  /**
   * After it, before the inputs change: observed nets are as they were just before the edge.
   *
   * @param differs whether a difference has been found in the cycles before
   */
  readonly after: (differs: boolean) => void;
}

/** Nets inside the design that the bench looks at. */
export const innerNets = [
  'engine.trace_operation',
  'engine.issue',
  'engine.write_enable',
  'engine.write_address',
  'engine.write_data',
  'engine.mask_write_enable',
  'engine.mask_write_address',
  'engine.mask_write_data',
  'control.inference_cycles',
  'control.explanation_cycles',
  'control.stall_cycles',
  'top_class',
  'class_used',
  'build_id',
] as const;

const outputNets = [
  's_axis_tready',
  'm_axis_tdata',
  'm_axis_tvalid',
  'm_axis_tlast',
  's_axil_awready',
  's_axil_wready',
  's_axil_bvalid',
  's_axil_arready',
  's_axil_rdata',
  's_axil_rvalid',
  'irq',
] as const;

export const observedNets: readonly string[] = [...innerNets, ...outputNets];

/** Where one of these is 1, the bench has something to do. */
export const watchedNets: readonly string[] = [
  'engine.trace_operation',
  'engine.write_enable',
  'engine.mask_write_enable',
  'm_axis_tvalid',
  'irq',
];

const inputNets = [
  'rst_n',
  's_axis_tdata',
  's_axis_tvalid',
  'm_axis_tready',
  's_axil_awaddr',
  's_axil_awvalid',
  's_axil_wdata',
  's_axil_wvalid',
  's_axil_bready',
  's_axil_araddr',
  's_axil_arvalid',
  's_axil_rready',
] as const;

type Input = (typeof inputNets)[number];
type Output = (typeof observedNets)[number];

type Bus = 'idle' | 'write' | 'response' | 'address' | 'data' | 'finished';
type Stage = 'reset' | 'next' | 'select' | 'enable' | 'start' | 'run' | 'read' | 'clear';

/** Byte addresses of the registers. */
const register = { control: 0x00, status: 0x04, classSelect: 0x08, irqEnable: 0x24 } as const;

/** What is read when a run is over, and how it is reported. */
const registersRead = [
  [0x04, 'status'],
  [0x0c, 'top class'],
  [0x10, 'class used'],
  [0x14, 'inference cycles'],
  [0x18, 'explanation cycles'],
  [0x08, 'class select'],
  [0x20, 'build id'],
  [0x24, 'irq enable'],
  [0x1c, 'stall cycles'],
] as const;

const maxReported = 20;
/** A run in which nothing moves for so many cycles hangs. */
const maxSilence = 100_000;
/** Cycles that are run at once where the bench only waits. */
const stride = 4096;

const hex = (value: number): string => (value >>> 0).toString(16);

/** Bytes as one number, without leading zeros. */
function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (let i = bytes.length - 1; i >= 0; i--) text += bytes[i]!.toString(16).padStart(2, '0');
  return text.replace(/^0+(?=.)/, '');
}

function isEqual(a: Uint8Array, b: Uint8Array, offset: number): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[offset + i]) return false;
  return true;
}

export class Bench {
  private readonly out: Readonly<Record<Output, () => number>>;
  private readonly set: Readonly<Record<Input, (value: number) => void>>;
  private readonly writeData: Uint8Array;
  private readonly maskData: Uint8Array;

  // Registers of the bench, named as in camber_tb.v.
  private in = Object.fromEntries(inputNets.map((name) => [name, 0])) as Record<Input, number>;
  private random: number;
  private bus: Bus = 'idle';
  private request: { readonly isWrite: boolean; readonly address: number; readonly data: number } | undefined;
  private isDataPending = false;
  private readValue = 0;
  private stage: Stage = 'reset';
  private stageCycles = 0;
  private silence = 0;
  private wasReset = false;
  private held: { readonly data: number; readonly last: number } | undefined;

  // The current run.
  private run = 0;
  private vector: RunVector | undefined;
  private beatsSent = 0;
  private operations = 0;
  private activations = 0;
  private masks = 0;
  private results = 0;
  private wall = 0;
  private isCounting = false;
  private runMismatches = 0;

  // Positions in the files.
  private beatAt = 0;
  private startAt = 0;
  private activationAt = 0;
  private maskAt = 0;
  private resultAt = 0;

  private readonly mismatches: Mismatch[] = [];
  private mismatchCount = 0;
  private readonly runs: SimulatedRun[] = [];
  private outcome: 'running' | 'done' | 'hung' = 'running';
  cycles = 0;

  constructor(
    private readonly machine: Machine,
    private readonly vectors: BenchVectors,
    private readonly options: BenchOptions = {},
  ) {
    this.out = Object.fromEntries(observedNets.map((net) => [net, machine.observed(net)])) as typeof this.out;
    this.set = Object.fromEntries(inputNets.map((net) => [net, machine.input(net)])) as typeof this.set;
    this.writeData = machine.observedBytes('engine.write_data');
    this.maskData = machine.observedBytes('engine.mask_write_data');
    machine.input('s_axil_wstrb')(15);
    this.random = (Math.imul(options.pauses ?? 0, 0x9e3779b9) + 0x1234567) | 0;
  }

  /** Runs up to `cycles` more clock cycles; the result once the bench is through. */
  advance(cycles: number): SimulationResult | undefined {
    const end = this.cycles + cycles;
    const { trace } = this.options;
    while (this.outcome === 'running' && this.cycles < end) {
      const due = trace?.due(this.wall) ?? Infinity;
      if (due === 0) trace!.before();
      const most = Math.min(stride, end - this.cycles, due);
      const ran = this.machine.step(most > 1 && this.onlyWaits() ? most : 1);
      this.cycles += ran;
      if (ran > 1) this.wait(ran - 1);
      if (due === 0) trace!.after(this.mismatchCount > 0);
      this.edge();
    }
    if (this.outcome === 'running') return undefined;
    return {
      passed: this.outcome === 'done' && this.mismatchCount === 0 && this.runs.length > 0,
      runs: this.runs,
      mismatches: this.mismatches,
      mismatchCount: this.mismatchCount,
    };
  }

  /** Whether the bench's registers stay as they are until a watched net is 1. */
  private onlyWaits(): boolean {
    const { vector, options, in: inputs } = this;
    return (
      this.stage === 'run' &&
      (options.pauses ?? 0) === 0 &&
      (options.resetAfter === undefined || this.run > 0 || this.wasReset) &&
      this.beatsSent === vector!.beats &&
      inputs.s_axis_tvalid === 0 &&
      inputs.m_axis_tready === 1 &&
      this.bus === 'idle' &&
      this.held === undefined
    );
  }

  /** Cycles without anything for the bench to do. */
  private wait(cycles: number): void {
    if (this.isCounting) this.wall += cycles;
    this.silence += cycles;
  }

  private report(kind: string, index: number, expected: string, actual: string): void {
    if (this.mismatchCount < maxReported)
      this.mismatches.push({ run: this.run, kind, operation: this.operations - 1, index, expected, actual });
    this.mismatchCount++;
    this.runMismatches++;
  }

  private check(kind: string, index: number, expected: number, actual: number): void {
    if (expected >>> 0 !== actual >>> 0) this.report(kind, index, hex(expected), hex(actual));
  }

  /** What the bench does at a clock edge, from what it and the design held before. */
  private edge(): void {
    const pause = (this.options.pauses ?? 0) === 0 ? 0 : this.random;
    const paused = (bit: number): boolean => ((pause >>> bit) & 1) === 1;
    let random = this.random;
    random ^= random << 13;
    random ^= random >>> 17;
    this.random = random ^ (random << 5);

    const { request, bus } = this;
    const isReset = this.in.rst_n === 0;
    const next = { ...this.in };
    const stage = this.stage;
    const stageCycles = this.stageCycles;
    this.stageCycles++;

    if (!isReset && stage !== 'reset') this.streams(next, paused);
    else {
      next.s_axis_tvalid = 0;
      next.m_axis_tready = 0;
      this.held = undefined;
    }
    if (this.outcome === 'running') this.control(stage, stageCycles, next, bus);
    this.drive(next, isReset, bus, request, paused);
    for (const name of inputNets) {
      if (next[name] === this.in[name]) continue;
      this.set[name](next[name]);
    }
    this.in = next;
  }

  /** Streams, and what the engine writes. */
  private streams(next: Record<Input, number>, paused: (bit: number) => boolean): void {
    const { in: now, out, vectors } = this;
    const vector = this.vector!;
    const isAccepted = now.s_axis_tvalid === 1 && out['s_axis_tready']!() === 1;
    if (isAccepted && !this.isCounting) {
      this.isCounting = true;
      this.wall = 0;
    }
    if (now.s_axis_tvalid === 0 || isAccepted) {
      const mayStart = this.stage === 'start' || this.stage === 'run';
      if (mayStart && this.beatsSent < vector.beats && !paused(8)) {
        next.s_axis_tdata = vectors.beats[this.beatAt++]!;
        next.s_axis_tvalid = 1;
        this.beatsSent++;
      } else next.s_axis_tvalid = 0;
    }

    if (out['irq']!() === 1) this.isCounting = false;
    if (this.isCounting) this.wall++;

    if (out['engine.trace_operation']!() === 1) {
      const expected = vectors.starts[this.startAt++] ?? 0;
      this.operations++;
      const cycle = out['control.inference_cycles']!() + out['control.explanation_cycles']!();
      this.check('start', this.operations - 1, expected, cycle);
    }
    if (out['engine.write_enable']!() === 1) {
      this.word('activation', vectors.activations, this.activationAt++, this.activations++, this.writeData);
    }
    if (out['engine.mask_write_enable']!() === 1) {
      this.word('mask', vectors.masks, this.maskAt++, this.masks++, this.maskData);
    }

    const isValid = out['m_axis_tvalid']!();
    const data = out['m_axis_tdata']!();
    const last = out['m_axis_tlast']!();
    if (this.held) {
      this.check('stream stays valid', this.results, 1, isValid);
      this.check('stream data stays', this.results, this.held.data, data);
      this.check('stream last stays', this.results, this.held.last, last);
    }
    this.held = isValid === 1 && now.m_axis_tready === 0 ? { data, last } : undefined;
    next.m_axis_tready = paused(10) ? 0 : 1;
    const isSent = isValid === 1 && now.m_axis_tready === 1;
    if (isSent) {
      this.check('result', this.results, vectors.results[this.resultAt++] ?? 0, data);
      this.results++;
      const isLast = this.results === vector.scores || this.results === vector.scores + vector.mapValues;
      this.check('last', this.results - 1, isLast ? 1 : 0, last);
    }

    const moves = out['engine.issue']!() === 1 || isAccepted || isSent || this.stage !== 'run';
    if (this.silence > maxSilence) {
      this.report('hang', 0, '0', '0');
      this.outcome = 'hung';
    }
    this.silence = moves ? 0 : this.silence + 1;
  }

  /** One write to a memory against the file's next line. */
  private word(
    kind: 'activation' | 'mask',
    file: BenchVectors['activations'],
    at: number,
    index: number,
    actual: Uint8Array,
  ): void {
    const net = kind === 'activation' ? 'engine.write_address' : 'engine.mask_write_address';
    const { addresses, data, bytes } = file;
    this.check(`${kind} address`, index, addresses[at] ?? 0, this.out[net]!());
    if (at < addresses.length && isEqual(actual, data, at * bytes)) return;
    this.report(kind, index, hexOf(data.subarray(at * bytes, (at + 1) * bytes)), hexOf(actual));
  }

  private go(stage: Stage): void {
    this.stage = stage;
    this.stageCycles = 0;
  }

  /** One register access per stage: the request stays until the bus has finished it. */
  private access(bus: Bus, isWrite: boolean, address: number, data = 0): void {
    this.request = bus === 'finished' ? undefined : { isWrite, address, data };
  }

  private control(stage: Stage, stageCycles: number, next: Record<Input, number>, bus: Bus): void {
    const isFinished = bus === 'finished';
    const { vector } = this;
    switch (stage) {
      case 'reset':
        if (stageCycles === 0) this.rewind();
        next.rst_n = stageCycles >= 4 ? 1 : 0;
        this.request = undefined;
        if (stageCycles === 5) this.go('next');
        return;
      case 'next':
        this.clear();
        this.vector = this.vectors.runs[this.run];
        if (this.vector) this.go('select');
        else this.outcome = 'done';
        return;
      case 'select':
        this.access(bus, true, register.classSelect, vector!.classSelect);
        if (isFinished) this.go('enable');
        return;
      case 'enable':
        this.access(bus, true, register.irqEnable, 1);
        if (isFinished) this.go('start');
        return;
      case 'start':
        this.access(bus, true, register.control, 1);
        if (isFinished) this.go('run');
        return;
      case 'run': {
        const { resetAfter } = this.options;
        if (this.out['irq']!() === 1 && this.results === vector!.scores + vector!.mapValues) this.go('read');
        if (resetAfter !== undefined && this.wall >= resetAfter && this.run === 0 && !this.wasReset) {
          this.wasReset = true;
          next.rst_n = 0;
          this.go('reset');
        }
        return;
      }
      case 'read': {
        const [address, name] = registersRead[stageCycles]!;
        this.access(bus, false, address);
        this.stageCycles = stageCycles;
        if (!isFinished) return;
        this.stageCycles = stageCycles + 1;
        this.checkRegister(name, vector!);
        if (this.stageCycles === registersRead.length) this.go('clear');
        return;
      }
      case 'clear':
        this.access(bus, true, register.status, 2);
        if (!isFinished) return;
        this.check('irq cleared', 0, 0, this.out['irq']!());
        this.finishRun();
        this.go('next');
    }
  }

  private checkRegister(name: (typeof registersRead)[number][1], vector: RunVector): void {
    const stalls = this.wall - vector.inferenceCycles - vector.explanationCycles;
    const expected = {
      status: 2,
      'top class': vector.topClass,
      'class used': vector.classUsed,
      'inference cycles': vector.inferenceCycles,
      'explanation cycles': vector.explanationCycles,
      'class select': vector.classSelect,
      'build id': this.out['build_id']!(),
      'irq enable': 1,
      'stall cycles': stalls,
    }[name];
    this.check(name, 0, expected, this.readValue);
    if (name === 'stall cycles' && (this.options.pauses ?? 0) === 0)
      this.check('stall without pauses', 0, 0, this.readValue);
  }

  private rewind(): void {
    this.beatAt = 0;
    this.startAt = 0;
    this.activationAt = 0;
    this.maskAt = 0;
    this.resultAt = 0;
    this.run = 0;
  }

  private clear(): void {
    this.beatsSent = 0;
    this.operations = 0;
    this.activations = 0;
    this.masks = 0;
    this.results = 0;
    this.wall = 0;
    this.runMismatches = 0;
    this.isCounting = false;
  }

  private finishRun(): void {
    const { out } = this;
    const vector = this.vector!;
    this.check('operations', 0, vector.operations, this.operations);
    this.check('activation writes', 0, vector.activationWrites, this.activations);
    this.check('mask writes', 0, vector.maskWrites, this.masks);
    const run: SimulatedRun = {
      run: this.run,
      mismatches: this.runMismatches,
      inference: out['control.inference_cycles']!(),
      explanation: out['control.explanation_cycles']!(),
      stall: out['control.stall_cycles']!(),
      wall: this.wall,
      topClass: out['top_class']!(),
      classUsed: out['class_used']!(),
      operations: this.operations,
      activationWrites: this.activations,
      maskWrites: this.masks,
      results: this.results,
    };
    this.runs.push(run);
    this.run++;
    this.options.onRun?.(run);
  }

  /** The AXI4-Lite master: one transfer at a time. */
  private drive(
    next: Record<Input, number>,
    isReset: boolean,
    bus: Bus,
    request: typeof this.request,
    paused: (bit: number) => boolean,
  ): void {
    const { in: now, out } = this;
    if (isReset) {
      this.bus = 'idle';
      for (const name of ['awvalid', 'wvalid', 'arvalid', 'bready', 'rready'] as const)
        next[`s_axil_${name}`] = 0;
      return;
    }
    switch (bus) {
      case 'idle':
        if (request?.isWrite === true) {
          this.bus = 'write';
          next.s_axil_awaddr = request.address;
          next.s_axil_wdata = request.data;
          next.s_axil_awvalid = 1;
          next.s_axil_wvalid = paused(0) ? 0 : 1;
          this.isDataPending = paused(0);
        } else if (request) {
          this.bus = 'address';
          next.s_axil_araddr = request.address;
          next.s_axil_arvalid = 1;
        }
        return;
      case 'write': {
        const isPending = this.isDataPending;
        const isAddressTaken = out['s_axil_awready']!() === 1;
        const isDataTaken = out['s_axil_wready']!() === 1;
        if (isAddressTaken) next.s_axil_awvalid = 0;
        if (isDataTaken) next.s_axil_wvalid = 0;
        if (isPending && !paused(1)) {
          next.s_axil_wvalid = 1;
          this.isDataPending = false;
        }
        if (
          (now.s_axil_awvalid === 0 || isAddressTaken) &&
          !isPending &&
          (now.s_axil_wvalid === 0 || isDataTaken)
        )
          this.bus = 'response';
        return;
      }
      case 'response':
        if (out['s_axil_bvalid']!() === 1 && now.s_axil_bready === 1) {
          next.s_axil_bready = 0;
          this.bus = 'finished';
        } else if (!paused(2)) next.s_axil_bready = 1;
        return;
      case 'address':
        if (out['s_axil_arready']!() === 1) {
          next.s_axil_arvalid = 0;
          this.bus = 'data';
        }
        return;
      case 'data':
        if (out['s_axil_rvalid']!() === 1 && now.s_axil_rready === 1) {
          next.s_axil_rready = 0;
          this.readValue = out['s_axil_rdata']!();
          this.bus = 'finished';
        } else if (!paused(3)) next.s_axil_rready = 1;
        return;
      default:
        this.bus = 'idle';
    }
  }
}
