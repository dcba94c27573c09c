/** ONNX bytes -> Graph. */
import { fail, type Diagnostic } from '../diagnostics.ts';
import type { Graph, Node, Tensor, ValueInfo } from '../graph/ir.ts';
import { elementCount } from '../graph/tensor.ts';
import { sortNodes } from '../graph/sort.ts';
import { readAttribute } from './attributes.ts';
import { dataTypeFromCode, requireDataType } from '../graph/data-type-codes.ts';
import type { ExternalData } from './external-data.ts';
import { inlineFunctions } from './functions.ts';
import { inlineBranches } from './branches.ts';
import { takeConstants } from './constant-nodes.ts';
import {
  decodeModel,
  toNumber,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from './proto.ts';
import { maxElements, readTensor } from './tensor.ts';

/** Opsets of the standard domain whose operators Camber knows. */
const supportedOpsets = { oldest: 7, newest: 28 } as const;

export interface ReadOptions {
  /** Bytes of external data files, by their location relative to the model's folder. */
  readonly externalData?: ExternalData;
  /** Static shape of the input, for models whose input shape is dynamic; by name where there are several inputs. */
  readonly inputShape?: readonly number[] | Readonly<Record<string, readonly number[]>>;
}

/**
 * Reads an ONNX model. The graph is sorted and closed (every tensor has a source), its inputs have static shapes;
 * `values` holds only what the file declares until `inferShapes` has run.
 * Throws a CompileError with CAM101..CAM106, CAM110 or CAM201 where the model cannot be read.
 */
export function readModel(
  bytes: Uint8Array,
  options: ReadOptions = {},
): { graph: Graph; diagnostics: Diagnostic[] } {
  const model = decodeModel(bytes);
  const proto = model.graph;
  if (!proto?.node?.length) {
    return fail(
      'CAM101',
      'The file holds no ONNX graph.',
      'Choose a model saved in the ONNX format (.onnx).',
    );
  }
  const opset = standardOpset(model);
  const initializers = readInitializers(proto, options.externalData);
  const inputs = (proto.input ?? [])
    .filter((input) => !initializers.has(input.name ?? ''))
    .map((input) => readInput(input, options.inputShape));
  const nodes = takeConstants(
    readNodes(inlineFunctions(inlineBranches(proto.node), model, bytes), options.externalData),
    initializers,
  );
  const declared = new Map<string, ValueInfo>();
  for (const value of [...(proto.valueInfo ?? []), ...(proto.output ?? [])]) {
    const info = staticValueInfo(value);
    if (info) declared.set(info.name, info);
  }
  const outputs = (proto.output ?? []).map(
    ({ name }) =>
      declared.get(name ?? '') ?? ({ name: name ?? '', dtype: 'float32', shape: [] } satisfies ValueInfo),
  );
  if (outputs.length === 0) fail('CAM104', 'The graph has no outputs.', 'Export the model again.');
  const sorted = sortNodes(nodes, [...inputs.map((i) => i.name), ...initializers.keys()], outputs);
  const metadata = Object.fromEntries((model.metadataProps ?? []).map((p) => [p.key ?? '', p.value ?? '']));
  const graph: Graph = {
    name: proto.name ?? '',
    opset,
    irVersion: toNumber(model.irVersion),
    inputs,
    outputs,
    nodes: sorted,
    initializers,
    values: declared,
    metadata,
  };
  return { graph, diagnostics: [] };
}

function standardOpset(model: ModelProto): number {
  const entry = (model.opsetImport ?? []).find((o) => !o.domain || o.domain === 'ai.onnx');
  if (!entry)
    return fail('CAM103', 'The model names no ONNX opset.', 'The file may be cut short: export it again.');
  const version = toNumber(entry.version);
  const { oldest, newest } = supportedOpsets;
  if (version < oldest || version > newest) {
    return fail(
      'CAM103',
      `The model uses opset ${version}; Camber reads opset ${oldest} to ${newest}.`,
      `Export the model with an opset between ${oldest} and ${newest} (17 is a good choice).`,
    );
  }
  return version;
}

function readInitializers(proto: GraphProto, external?: ExternalData): Map<string, Tensor> {
  if (proto.sparseInitializer?.length) {
    fail('CAM201', 'The model holds sparse weights.', 'Export the model with dense weights.');
  }
  const initializers = new Map<string, Tensor>();
  for (const tensor of proto.initializer ?? []) {
    const name = tensor.name ?? '';
    if (initializers.has(name)) {
      fail('CAM104', `There are two initializers named "${name}".`, 'Export the model again.', {
        tensor: name,
      });
    }
    initializers.set(name, finite(readTensor(tensor, name, external), name));
  }
  return initializers;
}

/** The tensor, unless it holds NaN. Infinities are let through: they are bounds of Clip and masks. */
function finite(tensor: Tensor, name: string): Tensor {
  if (!(tensor.data instanceof Float32Array || tensor.data instanceof Float64Array)) return tensor;
  const numbers = tensor.data;
  let count = 0;
  for (let i = 0; i < numbers.length; i++) if (numbers[i] !== numbers[i]) count++;
  if (count === 0) return tensor;
  const message = `Weights "${name}" hold NaN (${count} of ${numbers.length} values).`;
  return fail('CAM108', message, 'Training has diverged or the export is damaged: export the model again.', {
    tensor: name,
  });
}

/** A graph input with every dimension static: a dynamic batch is 1, anything else dynamic must be given. */
function readInput(value: ValueInfoProto, shapes: ReadOptions['inputShape']): ValueInfo {
  const name = value.name ?? '';
  const where = { tensor: name };
  const tensor = value.type?.tensorType;
  if (!tensor)
    return fail('CAM107', `Input "${name}" is not a tensor.`, 'Export a model that takes one image.', where);
  const dtype = requireDataType(tensor.elemType ?? 0, name);
  const given = Array.isArray(shapes)
    ? (shapes as readonly number[])
    : (shapes as Record<string, number[]>)?.[name];
  const dims = tensor.shape?.dim?.map((d) => (d.dimParam ? -1 : toNumber(d.dimValue ?? -1)));
  if (given && dims && given.length !== dims.length) {
    const message = `Input "${name}" has ${dims.length} dimensions, the given shape [${given.join(', ')}] has ${given.length}.`;
    return fail('CAM106', message, 'Give one number per dimension of the input.', where);
  }
  const shape = given ?? dims?.map((d, axis) => (d < 0 && axis === 0 ? 1 : d));
  if (!given && (!shape || shape.some((d) => d < 0))) {
    const known = dims ? `[${dims.map((d) => (d < 0 ? '?' : d)).join(', ')}]` : 'no shape';
    return fail(
      'CAM106',
      `Input "${name}" has a dynamic shape: ${known}.`,
      'Give its shape with --input-shape.',
      where,
    );
  }
  if (shape!.some((d) => !Number.isInteger(d) || d < 0) || !(elementCount(shape!) <= maxElements)) {
    const message = `Input "${name}" cannot have the shape [${shape!.join(', ')}].`;
    return fail('CAM106', message, 'Give the shape of one image with --input-shape.', where);
  }
  return { name, dtype, shape: shape! };
}

function staticValueInfo(value: ValueInfoProto): ValueInfo | undefined {
  const tensor = value.type?.tensorType;
  const dtype = dataTypeFromCode(tensor?.elemType ?? 0);
  const dims = tensor?.shape?.dim?.map((d) => (d.dimParam ? -1 : toNumber(d.dimValue ?? -1)));
  if (!dtype || !dims || dims.some((d) => d < 0)) return undefined;
  return { name: value.name ?? '', dtype, shape: dims };
}

function readNodes(protos: readonly NodeProto[], external?: ExternalData): Node[] {
  const names = new Set<string>();
  return protos.map((proto) => {
    const op = proto.opType ?? '';
    const outputs = proto.output ?? [];
    const stem = proto.name || `${op}_${outputs.find((o) => o !== '') ?? ''}`;
    let name = stem;
    for (let i = 2; names.has(name); i++) name = `${stem}_${i}`;
    names.add(name);
    const attributes = Object.fromEntries(
      (proto.attribute ?? []).map((a) => [a.name ?? '', readAttribute(a, name, external)]),
    );
    const domain = proto.domain === 'ai.onnx' ? '' : (proto.domain ?? '');
    return { name, op, domain, inputs: proto.input ?? [], outputs, attributes };
  });
}
