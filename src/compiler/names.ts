/** Near matches of names, for diagnostics. */

/** Edits that turn one word into another (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Up to `limit` names that look like the wanted one: those that contain it first, then those few letters away. */
export function nearest(wanted: string, names: readonly string[], limit = 3): string[] {
  const w = wanted.toLowerCase();
  const scored = [...new Set(names)].map((name) => {
    const n = name.toLowerCase();
    const contains = Math.min(w.length, n.length) > 1 && (n.includes(w) || w.includes(n));
    return { name, cost: contains ? Math.abs(n.length - w.length) / 1000 : distance(n, w) };
  });
  const close = scored.filter(({ name, cost }) => cost < name.length && cost <= Math.max(2, w.length * 0.4));
  return close
    .sort((a, b) => a.cost - b.cost)
    .slice(0, limit)
    .map(({ name }) => name);
}
