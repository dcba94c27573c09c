/** Typed access to node attributes with the operator's default. */
import { fail } from '../diagnostics.ts';
import type { Attribute, Node, Tensor } from './ir.ts';

type Kind = Attribute['kind'];
type Values = { [K in Kind]: Extract<Attribute, { kind: K }>['value'] };

function attribute<K extends Kind>(node: Node, name: string, kind: K): Values[K] | undefined {
  const found = node.attributes[name];
  if (found === undefined) return undefined;
  if (found.kind !== kind) {
    return fail(
      'CAM104',
      `Attribute "${name}" of node "${node.name}" should be of kind ${kind}, it is ${found.kind}.`,
      'The file may be damaged: export it again.',
      { node: node.name },
    );
  }
  return found.value as Values[K];
}

export function intAttribute(node: Node, name: string, fallback: number): number {
  return attribute(node, name, 'int') ?? fallback;
}

export function floatAttribute(node: Node, name: string, fallback: number): number {
  return attribute(node, name, 'float') ?? fallback;
}

export function stringAttribute(node: Node, name: string, fallback: string): string {
  return attribute(node, name, 'string') ?? fallback;
}

export function intsAttribute(node: Node, name: string): readonly number[] | undefined {
  return attribute(node, name, 'ints');
}

export function floatsAttribute(node: Node, name: string): readonly number[] | undefined {
  return attribute(node, name, 'floats');
}

export function tensorAttribute(node: Node, name: string): Tensor | undefined {
  return attribute(node, name, 'tensor');
}

/** Shorthands for making attributes. */
export const makeAttribute = {
  int: (value: number): Attribute => ({ kind: 'int', value }),
  float: (value: number): Attribute => ({ kind: 'float', value }),
  string: (value: string): Attribute => ({ kind: 'string', value }),
  ints: (value: readonly number[]): Attribute => ({ kind: 'ints', value }),
  floats: (value: readonly number[]): Attribute => ({ kind: 'floats', value }),
  tensor: (value: Tensor): Attribute => ({ kind: 'tensor', value }),
} as const;
