/**
 * Shape and type inference over the whole graph: one table entry per operator (`infer/*.ts`), and evaluation of
 * just those constants that a shape depends on (exporters leave Shape -> Gather -> Concat -> Reshape chains).
 */
import { CompileError, diagnostic, type Diagnostic } from '../diagnostics.ts';
import { choiceDomain, chosen, isChoice } from './branches.ts';
import { evaluateNode } from './evaluate.ts';
import { elementwiseRules } from './infer/elementwise.ts';
import { layoutRules } from './infer/layout.ts';
import { linearRules } from './infer/linear.ts';
import { microsoftRules } from './infer/microsoft.ts';
import { reduceRules } from './infer/reduce.ts';
import { ShapeError, type RuleContext, type ShapeRule, type TypeAndShape } from './infer/rule.ts';
import { choiceRules } from './infer/choice.ts';
import { windowRules } from './infer/windows.ts';
import type { Graph, Node, Tensor, ValueInfo } from './ir.ts';
import { elementCount, toNumbers } from './tensor.ts';

const rules: Readonly<Record<string, Readonly<Record<string, ShapeRule>>>> = {
  '': { ...elementwiseRules, ...windowRules, ...linearRules, ...reduceRules, ...layoutRules },
  'com.microsoft': microsoftRules,
  [choiceDomain]: choiceRules,
};

/** Most elements of a tensor that Camber takes for real (2^31 - 1, also the limit of a JavaScript typed array). */
const maxElements = 2 ** 31 - 1;

function isReal(shape: readonly number[]): boolean {
  return (
    shape.every((d) => Number.isInteger(d) && d >= 0 && d <= maxElements) &&
    elementCount(shape) <= maxElements
  );
}

/** Constants larger than this are not evaluated for the sake of a shape. */
const maxShapeElements = 65536;

/** True where the operator has a shape rule. */
function isKnownOperator(node: Pick<Node, 'op' | 'domain'>): boolean {
  return Object.hasOwn(rules[node.domain] ?? {}, node.op);
}

/**
 * The graph with `values` complete and the outputs' types and shapes taken from it.
 * Throws a CompileError with all diagnostics: CAM201 (no such operator), CAM109 (a rule failed), CAM106 (absurd size).
 */
export function inferShapes(graph: Graph): Graph {
  const { graph: inferred, diagnostics } = inferKnownShapes(graph);
  if (diagnostics.some((d) => d.severity === 'error')) throw new CompileError(diagnostics);
  return inferred;
}

/**
 * As `inferShapes`, but gives what can be known together with the diagnostics. Below a node that fails, shapes
 * come from what the file declares, or are missing; nodes whose inputs are unknown report nothing of their own.
 */
export function inferKnownShapes(graph: Graph): { graph: Graph; diagnostics: Diagnostic[] } {
  const values = new Map<string, ValueInfo>();
  for (const input of graph.inputs) values.set(input.name, input);
  for (const [name, { dtype, shape }] of graph.initializers) values.set(name, { name, dtype, shape });
  const constants = new ShapeConstants(graph, values);
  const constant = (name: string): Tensor | undefined => constants.get(name);
  const diagnostics: Diagnostic[] = [];
  for (const node of graph.nodes) {
    const needed = isChoice(node) ? [node.inputs[0] ?? '', ...(chosen(node, constant) ?? [])] : node.inputs;
    const unknown = needed.some((i) => i !== '' && !values.has(i));
    const result = unknown ? undefined : inferNode(node, graph, values, constants);
    if (result && !('code' in result)) {
      node.outputs.forEach((name, i) => {
        const output = result[i];
        if (name !== '' && output) values.set(name, { name, dtype: output.dtype, shape: output.shape });
      });
    } else {
      if (result) diagnostics.push(result);
      for (const name of node.outputs) {
        const declared = graph.values.get(name);
        if (declared) values.set(name, declared);
      }
    }
  }
  const outputs = graph.outputs.map((o) => values.get(o.name) ?? o);
  const live = diagnostics.length > 0 ? liveNodes(graph, constant) : undefined;
  return {
    graph: { ...graph, outputs, values },
    diagnostics: diagnostics.filter((d) => live?.has(d.node ?? '')),
  };
}

/** Names of the nodes that an output depends on: what stands in a branch that is never taken is no problem. */
function liveNodes(graph: Graph, constant: (name: string) => Tensor | undefined): Set<string> {
  const live = new Set<string>();
  const read = new Set(graph.outputs.map((o) => o.name));
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((o) => read.has(o))) continue;
    live.add(node.name);
    const taken = isChoice(node) ? chosen(node, constant) : undefined;
    for (const input of taken ? [node.inputs[0]!, ...taken] : node.inputs) read.add(input);
  }
  return live;
}

function inferNode(
  node: Node,
  graph: Graph,
  values: ReadonlyMap<string, ValueInfo>,
  constants: ShapeConstants,
): readonly TypeAndShape[] | Diagnostic {
  const where = { node: node.name };
  if (!isKnownOperator(node)) {
    const op = node.domain === '' ? node.op : `${node.domain}.${node.op}`;
    return diagnostic(
      'CAM201',
      `Node "${node.name}" has the operator ${op}, which Camber does not support.`,
      'Export the model without this operator.',
      where,
    );
  }
  try {
    const outputs = inferOutputs(node, graph.opset, values, (name) => constants.get(name));
    const surplus = node.outputs.find((name, i) => name !== '' && !outputs[i]);
    if (surplus !== undefined) {
      const text = `Node "${node.name}" (${node.op}) has no output number ${node.outputs.indexOf(surplus)}: "${surplus}".`;
      return diagnostic('CAM104', text, 'The file may be damaged: export it again.', where);
    }
    const absurd = outputs.find(({ shape }) => !isReal(shape));
    if (!absurd) return outputs;
    const text = `Node "${node.name}" (${node.op}) gives a tensor of shape [${absurd.shape.join(', ')}].`;
    return diagnostic('CAM106', text, 'Check the input shape, or export the model again.', where);
  } catch (error) {
    if (!(error instanceof ShapeError)) {
      if (error instanceof CompileError) return { ...error.diagnostics[0]!, ...where };
      throw error;
    }
    const text = `The output shape of node "${node.name}" (${node.op}) cannot be found: ${error.message}.`;
    return diagnostic('CAM109', text, 'Check the input shape, or export the model again.', where);
  }
}

/** Types and shapes of a node's outputs by its rule. Throws a ShapeError or CompileError. */
function inferOutputs(
  node: Node,
  opset: number,
  values: ReadonlyMap<string, ValueInfo>,
  constant: (name: string) => Tensor | undefined,
): readonly TypeAndShape[] {
  const value = (input: number): ValueInfo => {
    const name = node.inputs[input];
    const found = name ? values.get(name) : undefined;
    if (!found) throw new ShapeError(`input ${input} is missing`);
    return found;
  };
  const context: RuleContext = {
    node,
    opset,
    has: (input) => Boolean(node.inputs[input]),
    type: (input) => value(input).dtype,
    shape: (input) => value(input).shape,
    constant: (input) => constant(node.inputs[input] ?? ''),
    numbers: (input) => {
      const { name } = value(input);
      const tensor = constant(name);
      if (!tensor)
        throw new ShapeError(`it depends on the value of "${name}", which is only known at run time`);
      return toNumbers(tensor);
    },
  };
  return rules[node.domain]![node.op]!(context);
}

/** Values that are known at compile time, evaluated on demand. */
class ShapeConstants {
  private readonly known = new Map<string, Tensor | undefined>();
  private readonly producers = new Map<string, Node>();

  constructor(
    private readonly graph: Graph,
    private readonly values: ReadonlyMap<string, ValueInfo>,
  ) {
    for (const node of graph.nodes) for (const output of node.outputs) this.producers.set(output, node);
  }

  get(name: string): Tensor | undefined {
    const initializer = this.graph.initializers.get(name);
    if (initializer || this.known.has(name)) return initializer ?? this.known.get(name);
    const node = this.producers.get(name);
    const result = node && this.evaluate(node);
    for (const [i, output] of (node?.outputs ?? []).entries()) this.known.set(output, result?.[i]);
    return result?.[node!.outputs.indexOf(name)];
  }

  private evaluate(node: Node): readonly Tensor[] | undefined {
    const outputs = node.outputs.map((o) => this.values.get(o));
    if (outputs.some((o) => !o || elementCount(o.shape) > maxShapeElements)) return undefined;
    return evaluateNode(node, this.graph.opset, this.values, (name) => this.get(name));
  }
}
