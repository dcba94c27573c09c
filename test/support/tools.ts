import { describe } from 'vitest';
import { findTool, skipMark, type ToolName } from './find-tool.ts';

export { findTool, type ToolName } from './find-tool.ts';

/**
 * A `describe` for tests that need optional tools:
 *
 *     needs('verilator')('the engine equals the integer executor', () => {
 *       test(...);
 *     });
 *
 * Where a tool is missing the suite is skipped, and its title says what it needs, so that `npm test` can list and
 * count what was left out. The body still runs to collect the tests: read files inside tests and hooks only.
 */
export function needs(...tools: readonly ToolName[]): (title: string, body: () => void) => void {
  const missing = tools.filter((tool) => findTool(tool) === undefined);
  return (title, body) => {
    if (missing.length === 0) describe(title, body);
    else describe.skip(`${title} ${skipMark(missing)}`, body);
  };
}
