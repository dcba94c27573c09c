import { describeTool, toolNames, type ToolName } from '../../test/support/find-tool.ts';

const otherReason = 'no reason given';

/** What a skipped test needs, read from the `[needs ...]` mark in its title. */
export function neededBy(title: string): readonly ToolName[] {
  const mark = /\[needs ([^\]]+)\]/.exec(title)?.[1];
  if (mark === undefined) return [];
  return mark.split(', ').filter((t): t is ToolName => (toolNames as readonly string[]).includes(t));
}

/** Skipped tests by what they need. */
export function groupSkips(titles: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const title of titles) {
    const needed = neededBy(title);
    const reason = needed.length > 0 ? needed.join(', ') : otherReason;
    groups.set(reason, [...(groups.get(reason) ?? []), title]);
  }
  return groups;
}

/**
 * Whether a skip counts as a failure. On a developer's machine none does. In CI (CI=true) only missing data may be
 * the reason, since every tool is installed there; with CAMBER_STRICT=1 nothing may be skipped.
 */
export function skipIsFailure(
  title: string,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (environment['CAMBER_STRICT'] === '1') return true;
  if (environment['CI'] !== 'true') return false;
  const needed = neededBy(title);
  return needed.length === 0 || needed.some((tool) => describeTool(tool).kind === 'tool');
}
