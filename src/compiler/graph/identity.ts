/**
 * Which tensors of different graphs over the same network are the same: those computed by the same operators from the
 * same. Names do not tell it: the gradient of a tensor is called otherwise in the graph of every target.
 */
import type { Graph, Node, Tensor, TypedData } from './ir.ts';

export class TensorIdentities {
  readonly #numbers = new Map<string, number>();

  /**
   * The number of each tensor that the nodes from `first` on compute; what is computed before is told by its name, and
   * constants by their contents. Equal numbers mean equal values, also between calls.
   */
  of({ nodes, initializers }: Graph, first: number): ReadonlyMap<string, number> {
    const known = new Map<string, number>();
    const idOf = (tensor: string): number | string => {
      const number = known.get(tensor);
      if (number !== undefined) return number;
      const constant = initializers.get(tensor);
      return constant === undefined ? tensor : contentOf(constant);
    };
    for (const node of nodes.slice(first)) {
      const key = keyOf(node, node.inputs.map(idOf));
      node.outputs.forEach((output, i) => known.set(output, this.#numberOf(`${i} ${key}`)));
    }
    return known;
  }

  #numberOf(key: string): number {
    const number = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, number);
    return number;
  }
}

function keyOf({ domain, op, attributes }: Node, inputs: readonly (number | string)[]): string {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([domain, op, inputs, sorted], (_, v: unknown) =>
    typeof v === 'bigint' ? String(v) : ArrayBuffer.isView(v) ? fingerprint(v as TypedData) : v,
  );
}

const contentOf = ({ dtype, shape, data }: Tensor): string =>
  `${dtype}[${shape.join()}]:${fingerprint(data)}`;

const fingerprints = new WeakMap<TypedData, string>();

/** 64 bits of a hash of the contents (two multiplicative ones of 32 bits each, with different factors). */
function fingerprint(data: TypedData): string {
  const known = fingerprints.get(data);
  if (known !== undefined) return known;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let [a, b] = [0x9e3779b9, 0x41c6ce57];
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x85ebca6b);
    a ^= a >>> 13;
    b = Math.imul(b ^ byte, 0xc2b2ae35);
    b ^= b >>> 16;
  }
  const text = `${bytes.length}:${a >>> 0}:${b >>> 0}`;
  fingerprints.set(data, text);
  return text;
}
