/** From Yosys' netlist to a simulator: a WebAssembly module, and where everything lies in its memory. */
import { buildDesign, type Design, type DesignOptions } from './design.ts';
import { emitModule } from './emit.ts';
import { readNetlist } from './netlist.ts';
import { splitWide } from './split-wide.ts';

export type Layout = Pick<
  Design,
  'inputs' | 'observed' | 'registers' | 'memories' | 'contents' | 'initial' | 'state'
>;

export interface CompiledNetlist {
  /** Exports `memory` and `step(cycles)`; see `emit.ts`. */
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
}

/**
 * @param json a flat netlist of word-level cells, as Yosys' `write_json` writes it
 * @param top its module
 * @throws CompileError CAM602, CAM609
 */
export function compileNetlist(json: string, top: string, options: DesignOptions): CompiledNetlist {
  const design = buildDesign(splitWide(readNetlist(json, top)), options);
  const { inputs, observed, registers, memories, contents, initial, state } = design;
  return {
    wasm: emitModule(design),
    layout: { inputs, observed, registers, memories, contents, initial, state },
  };
}
