/** Camber's webviews on screen. */
import type { FrameLocator } from 'playwright-core';
import type { Workbench } from './workbench.ts';

/** The visible webview that holds an element; waits until there is one. */
export async function viewWith(
  workbench: Workbench,
  selector: string,
  timeout = 60_000,
): Promise<FrameLocator> {
  const end = Date.now() + timeout;
  for (;;) {
    const count = await workbench.page.locator('iframe.webview.ready >> visible=true').count();
    for (let i = 0; i < count; i++) {
      const frame = workbench.webview(i);
      const found = await frame
        .locator(selector)
        .count()
        .catch(() => 0);
      if (found > 0) return frame;
    }
    if (Date.now() > end) throw new Error(`no webview shows ${selector}`);
    await workbench.page.waitForTimeout(200);
  }
}
