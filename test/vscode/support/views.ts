/** Camber's webviews on screen. */
import type { FrameLocator, Page } from 'playwright-core';
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

/** Titles of all views that the window holds, as often as there are such. */
export async function viewsOnScreen(page: Page): Promise<string[]> {
  const titles = await Promise.all(
    page.frames().map((frame) =>
      frame
        .locator('main#root')
        .getAttribute('aria-label', { timeout: 500 })
        // Frames around it, and those that go.
        .catch(() => null),
    ),
  );
  return titles.filter((title) => title !== null);
}
