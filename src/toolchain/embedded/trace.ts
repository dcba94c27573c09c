/**
 * Waveforms (VCD, IEEE 1364-2005, 18) of the embedded simulator: ports, the nets that the test bench observes, and every
 * register with a name. Other nets do not exist in it: they were folded into expressions. A cycle takes 10 ns, from one
 * rising edge of `clk` to the next; values are those that settle after the first.
 */
import type { CycleTrace } from './bench.ts';
import type { Place } from './compile/layout.ts';
import type { Machine } from './machine.ts';

interface Variable extends Place {
  readonly code: string;
  /** In the copy of the registers that was made before the cycle. */
  readonly isRegister: boolean;
  readonly bytes: number;
}

/** Short names: 94 printable characters. */
function codeOf(index: number): string {
  let code = '';
  for (let n = index; ; n = Math.floor(n / 94) - 1) {
    code = String.fromCharCode(33 + (n % 94)) + code;
    if (n < 94) return code;
  }
}

/** Scopes of the hierarchy, as in `engine.array.held`. */
interface Scope {
  readonly variables: string[];
  readonly inner: Map<string, Scope>;
}

function declarations(top: string, names: ReadonlyMap<string, Variable>): string {
  const root: Scope = { variables: [], inner: new Map() };
  for (const [name, { code, width }] of names) {
    const path = name.split('.');
    const short = path.pop()!;
    let scope = root;
    for (const step of path) {
      let inner = scope.inner.get(step);
      if (inner === undefined) scope.inner.set(step, (inner = { variables: [], inner: new Map() }));
      scope = inner;
    }
    const range = width > 1 ? ` [${width - 1}:0]` : '';
    scope.variables.push(`$var wire ${width} ${code} ${short.replace(/\s/g, '_')}${range} $end\n`);
  }
  const text = (name: string, { variables, inner }: Scope): string =>
    `$scope module ${name} $end\n${variables.join('')}${[...inner].map(([n, s]) => text(n, s)).join('')}$upscope $end\n`;
  return text(top, root);
}

/** Characters that are written at once. */
const flushBytes = 1 << 20;

/** Cycles that are kept while there is no difference yet, and recorded after the first one. */
const kept = 128;

export class VcdTrace implements CycleTrace {
  private readonly variables: readonly Variable[];
  private readonly copy: Uint8Array;
  /** What was written last, variable by variable. */
  private readonly last: Uint8Array;
  private text = '';
  private cycle = 0;
  /** The next cycle says every variable, not only those that change. */
  private isWhole = true;
  /** Where only a difference is of interest: the cycles before those in `text`. */
  private earlier = '';
  private left = kept;
  private isComplete = false;

  constructor(
    private readonly machine: Machine,
    top: string,
    private readonly write: (text: string) => void,
    /**
     * Cycle of a run, counted from its first beat, from which on the first difference is looked for: only what is
     * around it is written, for a whole run takes gigabytes.
     */
    private readonly from?: number,
  ) {
    const { inputs, observed, registers, state } = machine.layout;
    const byPlace = new Map<string, Variable>();
    const names = new Map<string, Variable>();
    const add = (name: string, { offset, width }: Place, isRegister: boolean) => {
      const key = `${offset} ${width}`;
      let variable = byPlace.get(key);
      if (variable === undefined) {
        const code = codeOf(byPlace.size + 1);
        variable = { offset, width, code, isRegister, bytes: Math.ceil(width / 8) };
        byPlace.set(key, variable);
      }
      names.set(name, variable);
    };
    for (const [name, place] of inputs) if (name !== 'clk') add(name, place, false);
    for (const [name, place] of registers) add(name, place, place.offset >= state.offset);
    for (const [name, place] of observed) if (!names.has(name)) add(name, place, false);
    this.variables = [...byPlace.values()];
    this.copy = new Uint8Array(state.bytes);
    this.last = new Uint8Array(this.variables.reduce((sum, { bytes }) => sum + bytes, 0));
    const clock: Variable = { offset: 0, width: 1, code: codeOf(0), isRegister: false, bytes: 1 };
    const all = new Map([['clk', clock], ...names]);
    this.write(
      `$version Camber, embedded simulator $end\n$timescale 1ns $end\n${declarations(top, all)}$enddefinitions $end\n`,
    );
  }

  due(wall: number): number {
    if (this.from === undefined) return 0;
    return this.isComplete ? Infinity : Math.max(0, this.from - wall);
  }

  before(): void {
    const { offset, bytes } = this.machine.layout.state;
    this.copy.set(this.machine.bytes.subarray(offset, offset + bytes));
  }

  after(differs: boolean): void {
    this.record();
    if (this.from === undefined) {
      if (this.text.length >= flushBytes) this.flush();
    } else if (differs) {
      if (--this.left === 0) this.flush();
    } else if (this.cycle % kept === 0) {
      this.earlier = this.text;
      this.text = '';
      this.isWhole = true;
    }
  }

  private record(): void {
    const { bytes: memory, layout } = this.machine;
    const lines = [`#${10 * this.cycle}`, `1${codeOf(0)}`];
    let at = 0;
    for (const { offset, width, code, isRegister, bytes } of this.variables) {
      const source = isRegister ? this.copy : memory;
      const from = isRegister ? offset - layout.state.offset : offset;
      let changed = this.isWhole;
      for (let i = 0; i < bytes; i++) {
        if (this.last[at + i] === source[from + i]) continue;
        changed = true;
        this.last[at + i] = source[from + i]!;
      }
      if (changed) {
        let digits = '';
        for (let i = bytes - 1; i >= 0; i--) digits += this.last[at + i]!.toString(2).padStart(8, '0');
        const value = digits.slice(8 * bytes - width);
        lines.push(width === 1 ? `${value}${code}` : `b${value.replace(/^0+(?=.)/, '')} ${code}`);
      }
      at += bytes;
    }
    lines.push(`#${10 * this.cycle + 5}`, `0${codeOf(0)}`, '');
    this.text += lines.join('\n');
    this.cycle++;
    this.isWhole = false;
  }

  /** Writes what is still kept; a trace around a difference is complete with that. */
  flush(): void {
    if (this.isComplete) return;
    this.write(this.earlier + this.text);
    this.text = '';
    this.isComplete = this.from !== undefined;
  }
}
