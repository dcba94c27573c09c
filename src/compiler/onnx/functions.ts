/** Inlining of model-local functions (ModelProto.functions): a call becomes the nodes of the function's body. */
import { fail } from '../diagnostics.ts';
import { inlineBranches } from './branches.ts';
import {
  decodeFunctionDefaults,
  functionKey,
  toNumber,
  type AttributeProto,
  type FunctionProto,
  type ModelProto,
  type NodeProto,
} from './proto.ts';

/** Functions may call functions; deeper than this is recursion, which ONNX forbids. */
const maxDepth = 32;

/** Node count after which a model is taken for damaged or hostile (a chain of functions grows exponentially). */
const maxNodes = 200_000;

/**
 * The nodes with every call of a model-local function replaced by its body. Fails with CAM104 or CAM110.
 *
 * @param bytes the model's bytes, which hold what `model` does not: default attributes
 */
export function inlineFunctions(
  nodes: readonly NodeProto[],
  model: ModelProto,
  bytes: Uint8Array,
): NodeProto[] {
  const functions = new Map((model.functions ?? []).map((f) => [functionKey(f.domain, f.name), f]));
  if (functions.size === 0) return [...nodes];
  if (functions.size < model.functions!.length) {
    fail('CAM104', 'The model defines a function twice.', 'Export the model without overloaded functions.');
  }
  for (const f of functions.values()) checkOpset(f, model);
  const defaults = decodeFunctionDefaults(bytes);
  const result: NodeProto[] = [];
  let calls = 0;
  const visit = (node: NodeProto, depth: number): void => {
    const key = functionKey(node.domain, node.opType);
    const body = functions.get(key);
    if (!body) {
      result.push(node);
      return;
    }
    if (depth >= maxDepth) {
      fail('CAM104', `Function "${node.opType}" calls itself.`, 'Export the model again.', {
        node: node.name ?? '',
      });
    }
    if (result.length > maxNodes) {
      fail('CAM110', `The model has more than ${maxNodes} nodes.`, 'Export a smaller model.');
    }
    const prefix = `${node.name || node.opType}_${++calls}/`;
    for (const inner of instantiate(body, node, prefix, defaults.get(key) ?? [])) visit(inner, depth + 1);
  };
  for (const node of nodes) visit(node, 0);
  return result;
}

/** Operators changed their form most with opset 13: a body and its caller must stand on one side of it. */
function checkOpset(body: FunctionProto, model: ModelProto): void {
  const standard = (imports: FunctionProto['opsetImport']): number | undefined => {
    const found = (imports ?? []).find((o) => !o.domain || o.domain === 'ai.onnx');
    return found && toNumber(found.version);
  };
  const [inner, outer] = [standard(body.opsetImport), standard(model.opsetImport)];
  if (inner === undefined || outer === undefined || inner < 13 === outer < 13) return;
  fail(
    'CAM103',
    `Function "${body.name}" uses opset ${inner}, the model uses opset ${outer}.`,
    'Export the model with one opset, 13 or later.',
  );
}

function instantiate(
  body: FunctionProto,
  call: NodeProto,
  prefix: string,
  defaults: readonly AttributeProto[],
): NodeProto[] {
  const names = new Map<string, string>([['', '']]);
  (body.input ?? []).forEach((formal, i) => names.set(formal, call.input?.[i] ?? ''));
  (body.output ?? []).forEach((formal, i) => names.set(formal, call.output?.[i] || prefix + formal));
  const rename = (name: string): string => names.get(name) ?? prefix + name;
  const given = new Map([...defaults, ...(call.attribute ?? [])].map((a) => [a.name ?? '', a]));
  return inlineBranches(body.node ?? []).map((node) => ({
    ...node,
    name: node.name ? prefix + node.name : '',
    opType: node.opType,
    domain: node.domain,
    input: (node.input ?? []).map(rename),
    output: (node.output ?? []).map(rename),
    attribute: (node.attribute ?? []).flatMap((a): AttributeProto[] => {
      if (!a.refAttrName) return [a];
      const actual = given.get(a.refAttrName);
      // An attribute that the caller leaves out is left out inside, too (ONNX IR, "Attribute parameters").
      return actual ? [{ ...actual, name: a.name }] : [];
    }),
  }));
}
