/** axe-core on every webview of Camber's that is on screen. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The views that were examined, each with its serious and critical findings. */
export async function seriousFindings(page: Page): Promise<ReadonlyMap<string, readonly string[]>> {
  const result = new Map<string, readonly string[]>();
  for (const frame of page.frames()) {
    const root = frame.locator('main#root');
    // Frames come and go with the views.
    const title = await root.getAttribute('aria-label', { timeout: 300 }).catch(() => null);
    if (title === null) continue;
    await frame.evaluate(source);
    const { violations } = await frame.evaluate<AxeResult>(
      'axe.run(document, { resultTypes: ["violations"] })',
    );
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    result.set(
      title,
      grave.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html.slice(0, 160)).join('; ')}`),
    );
  }
  return result;
}
