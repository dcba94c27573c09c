/**
 * The part of a node's name that tells it from others. Exporters write module paths that repeat their parents and end
 * in the operator: `/blocks/blocks.0/conv1/Conv` is `blocks.0/conv1`.
 */
export function shortName(id: string, op: string): string {
  const parts = id.split('/').filter((part) => part !== '');
  const kept = parts.filter((part, i) => !parts[i + 1]?.startsWith(`${part}.`));
  // A numbered operator (a second Relu of the same module) keeps its name.
  const names = kept.length > 1 && kept.at(-1) === op ? kept.slice(0, -1) : kept;
  return names.join('/') || id;
}
