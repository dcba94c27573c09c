/** AttributeProto <-> Attribute. */
import type { Attribute } from '../graph/ir.ts';
import { fail } from '../diagnostics.ts';
import type { ExternalData } from './external-data.ts';
import { AttributeType, toInt64, toNumber, type AttributeProto } from './proto.ts';
import { readTensor, writeTensor } from './tensor.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Reads one attribute. Sub-graphs, sparse tensors and type attributes fail with CAM201. */
export function readAttribute(proto: AttributeProto, node: string, external?: ExternalData): Attribute {
  switch (proto.type || guessType(proto)) {
    case AttributeType.INT:
      return { kind: 'int', value: toNumber(proto.i) };
    case AttributeType.FLOAT:
      return { kind: 'float', value: proto.f ?? 0 };
    case AttributeType.STRING:
      return { kind: 'string', value: decoder.decode(proto.s ?? new Uint8Array()) };
    case AttributeType.INTS:
      return { kind: 'ints', value: (proto.ints ?? []).map(toNumber) };
    case AttributeType.FLOATS:
      return { kind: 'floats', value: proto.floats ?? [] };
    case AttributeType.STRINGS:
      return { kind: 'strings', value: (proto.strings ?? []).map((s) => decoder.decode(s)) };
    case AttributeType.TENSOR:
      return { kind: 'tensor', value: readTensor(proto.t ?? {}, `${node}.${proto.name}`, external) };
    default:
      return fail(
        'CAM201',
        `Attribute "${proto.name}" of node "${node}" is a sub-graph, a sparse tensor or a type: Camber reads none of these.`,
        'Export the model without control flow (Loop, Scan) and without sparse tensors.',
        { node },
      );
  }
}

/** Attributes of IR versions before `type` was mandatory: the one field that is set. */
function guessType(proto: AttributeProto): number | undefined {
  const present: readonly [unknown, number][] = [
    [proto.t, AttributeType.TENSOR],
    [proto.ints?.length, AttributeType.INTS],
    [proto.floats?.length, AttributeType.FLOATS],
    [proto.strings?.length, AttributeType.STRINGS],
    [proto.s?.length, AttributeType.STRING],
    [proto.f, AttributeType.FLOAT],
    [proto.i, AttributeType.INT],
  ];
  return present.find(([value]) => value)?.[1];
}

/** Writes one attribute. */
export function writeAttribute(name: string, attribute: Attribute): AttributeProto {
  switch (attribute.kind) {
    case 'int':
      return { name, type: AttributeType.INT, i: toInt64(attribute.value) };
    case 'float':
      return { name, type: AttributeType.FLOAT, f: attribute.value };
    case 'string':
      return { name, type: AttributeType.STRING, s: encoder.encode(attribute.value) };
    case 'ints':
      return { name, type: AttributeType.INTS, ints: attribute.value.map(toInt64) };
    case 'floats':
      return { name, type: AttributeType.FLOATS, floats: [...attribute.value] };
    case 'strings':
      return { name, type: AttributeType.STRINGS, strings: attribute.value.map((s) => encoder.encode(s)) };
    case 'tensor':
      return { name, type: AttributeType.TENSOR, t: writeTensor(attribute.value, '') };
  }
}
