/**
 * Inlining of `If`: both branches become ordinary nodes and one node of Camber's own, `camber.If`, chooses between
 * their outputs. Exporters leave If where a shape decides (torch's squeeze); once shapes are static the condition
 * folds away and `resolve-branches` keeps one branch.
 */
import { AttributeType, type GraphProto, type NodeProto } from './proto.ts';
import { choiceDomain, choiceOperator } from '../graph/branches.ts';

/** The nodes with every If replaced, nested ones too. Loop and Scan are left to the reader's diagnostic. */
export function inlineBranches(nodes: readonly NodeProto[]): NodeProto[] {
  return nodes.flatMap((node) => {
    if (node.opType !== 'If' || (node.domain && node.domain !== 'ai.onnx')) return [node];
    const branch = (name: string): GraphProto | undefined =>
      node.attribute?.find((a) => a.name === name)?.g ?? undefined;
    const [yes, no] = [branch('then_branch'), branch('else_branch')];
    if (!yes || !no) return [node];
    const stem = node.name || `If_${node.output?.[0] ?? ''}`;
    const parts = [instantiate(yes, `${stem}_then/`), instantiate(no, `${stem}_else/`)];
    const input = [node.input?.[0] ?? '', ...parts.flatMap((p) => p.outputs)];
    const choice: NodeProto = {
      ...node,
      domain: choiceDomain,
      opType: choiceOperator,
      input,
      output: node.output,
      attribute: [],
    };
    return [...parts.flatMap((p) => p.nodes), choice];
  });
}

/** A branch's nodes under names of their own; names it does not define are those of the graph around it. */
function instantiate(branch: GraphProto, prefix: string): { nodes: NodeProto[]; outputs: string[] } {
  const inner = inlineBranches(branch.node ?? []);
  const constants = (branch.initializer ?? []).map((t): NodeProto => ({
    opType: 'Constant',
    output: [t.name ?? ''],
    attribute: [{ name: 'value', type: AttributeType.TENSOR, t }],
  }));
  const own = new Set([...constants, ...inner].flatMap((n) => n.output ?? []));
  const rename = (name: string): string => (name !== '' && own.has(name) ? prefix + name : name);
  const nodes = [...constants, ...inner].map((n) => ({
    ...n,
    name: n.name ? prefix + n.name : '',
    opType: n.opType,
    domain: n.domain,
    attribute: n.attribute,
    input: (n.input ?? []).map(rename),
    output: (n.output ?? []).map(rename),
  }));
  return { nodes, outputs: (branch.output ?? []).map((o) => rename(o.name ?? '')) };
}
