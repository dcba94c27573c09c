import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import type { Server } from './server.ts';

const screenshots = resolve(fileURLToPath(new URL('../../../.cache/screenshots', import.meta.url)));

export const themes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high contrast': 'Default High Contrast',
  'high contrast light': 'Default High Contrast Light',
} as const;
export type Theme = keyof typeof themes;

/** A VS Code window in a browser, driven as a person would: palette, editors, hovers, panels, notifications. */
export class Workbench {
  private constructor(readonly page: Page) {}

  /**
   * Opens a folder.
   *
   * @param folder absolute path
   */
  static async open(
    browser: Browser,
    server: Server,
    folder: string,
    size = { width: 1440, height: 900 },
  ): Promise<Workbench> {
    const page = await browser.newPage({ viewport: size });
    await page.goto(`${server.url}/?folder=${encodeURIComponent(folder)}`);
    await page.locator('.monaco-workbench .part.editor').waitFor({ timeout: 60_000 });
    return new Workbench(page);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Opens the quick input with a text in it: `>Command`, `file name`, `@symbol`. */
  private async quickInput(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input').first();
    // A widget that is just closing, or a view that takes the focus, swallows the key.
    for (let attempt = 0; attempt < 5; attempt++) {
      await this.page.keyboard.press('F1');
      const filled = await input.fill(text, { timeout: 3000 }).then(
        () => true,
        () => false,
      );
      if (filled) return;
    }
    throw new Error(`The quick input does not open for "${text}"`);
  }

  /** Rows of the open quick pick. */
  quickPicks(): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row');
  }

  /** Takes the first quick pick that has a text, or the one that is chosen already. */
  async pick(text?: string): Promise<void> {
    if (text === undefined) {
      await this.quickPicks().first().waitFor();
      // To the list itself: a view that is just loading may have the focus.
      await this.page.locator('.quick-input-widget input').first().press('Enter');
    } else {
      await this.quickPicks().filter({ hasText: text }).first().click();
    }
  }

  /**
   * Waits until a command is in the palette: extensions register some seconds after the window has opened, and a custom
   * editor opened before shows a placeholder.
   */
  async waitForCommand(title: string, timeout = 60_000): Promise<void> {
    const end = Date.now() + timeout;
    for (;;) {
      await this.quickInput(`>${title}`);
      const row = this.quickPicks().filter({ hasText: title }).first();
      const shown = await row.waitFor({ timeout: 1500 }).then(
        () => true,
        () => false,
      );
      await this.page.keyboard.press('Escape');
      if (shown) return;
      if (Date.now() > end) throw new Error(`The palette has no command "${title}"`);
    }
  }

  /** Runs a command by the title that the palette shows, `Category: Title`. */
  async runCommand(title: string): Promise<void> {
    // A view that takes the focus while it loads closes the palette: then it is opened again.
    for (let attempt = 0; attempt < 4; attempt++) {
      await this.quickInput(`>${title}`);
      const row = this.quickPicks().filter({ hasText: title }).first();
      const clicked = await row.click({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
      if (clicked) return;
    }
    throw new Error(`The command "${title}" cannot be run from the palette`);
  }

  /**
   * Opens a file of the folder by name; resolves when its tab is there.
   *
   * @returns when it was chosen, in milliseconds since 1970
   */
  async openFile(name: string): Promise<number> {
    // An editor that gets the focus late closes the list: then it is opened again.
    for (let attempt = 0; attempt < 4; attempt++) {
      await this.quickInput(name);
      const row = this.quickPicks().filter({ hasText: name }).first();
      await row.waitFor({ timeout: 5000 }).catch(() => undefined);
      const chosen = Date.now();
      const clicked = await row.click({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
      if (!clicked) continue;
      await this.tab(name).waitFor();
      return chosen;
    }
    throw new Error(`The file "${name}" cannot be opened from the quick input`);
  }

  /** An editor's tab. */
  tab(title: string): Locator {
    return this.page.locator('.tabs-container .tab').filter({ hasText: title }).first();
  }

  /**
   * Content of a webview (panel or custom editor) that is on screen. Locators inside it pierce shadow DOM.
   *
   * @param index which one, where several are visible, in the order of the page
   */
  webview(index = 0): FrameLocator {
    return this.page
      .frameLocator(`iframe.webview.ready >> visible=true >> nth=${index}`)
      .frameLocator('#active-frame');
  }

  /** Answers the dialog that asks for a file or folder by a path. */
  async answerDialog(path: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor();
    // A dialog that is still looking its own folder up writes that over what was typed.
    for (let attempt = 0; attempt < 5; attempt++) {
      await this.page.waitForTimeout(700);
      if ((await input.inputValue()) === path) break;
      await input.fill(path);
    }
    await this.page.keyboard.press('Enter');
  }

  /** Chooses an entry of the context menu of something in the window or in a view. */
  async contextMenu(of: Locator, entry: string): Promise<void> {
    await of.click({ button: 'right' });
    const item = this.page.locator('.context-view.monaco-menu-container').getByText(entry);
    await item.waitFor();
    // The editor's menus take no click in their first tenth of a second, lest the one that opens them choose.
    await this.page.waitForTimeout(300);
    await item.click();
  }

  /** A line of the text editor on screen. */
  line(text: string): Locator {
    return this.page.locator('.view-line').filter({ hasText: text }).first();
  }

  /** Rests the pointer on a text of the text editor and gives what the hover says. */
  async hover(text: string): Promise<string> {
    const hover = this.page.locator('.monaco-hover:visible .hover-contents').first();
    const shown = () =>
      hover.waitFor({ timeout: 5_000 }).then(
        () => true,
        () => false,
      );
    // An editor that lays its lines out again under a resting pointer forgets the pointer: it must come back.
    for (let attempt = 0; attempt < 6; attempt++) {
      await this.page.mouse.move(2, 2);
      await this.line(text).locator('span').filter({ hasText: text }).last().hover();
      if (await shown()) return (await hover.innerText()).trim();
    }
    throw new Error(`No hover appears on "${text}"`);
  }

  /** A notification toast that has a text. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text }).first();
  }

  /** Takes one of a notification's actions; resolves when the notification has gone, as it does when one is taken. */
  async choose(notification: Locator, action: string): Promise<void> {
    // Toasts move when another comes or goes: a click on one that moves is lost, and the toast stays.
    for (let attempt = 0; attempt < 5; attempt++) {
      await notification.getByText(action, { exact: true }).click({ timeout: 5000 });
      const gone = await notification.waitFor({ state: 'hidden', timeout: 2000 }).then(
        () => true,
        () => false,
      );
      if (gone) return;
    }
    throw new Error(`The notification stays when "${action}" is clicked`);
  }

  /** What the window tells at the moment, for failure messages: notifications, those out of sight too, and lists. */
  async told(): Promise<string> {
    await this.runCommand('Notifications: Show Notifications').catch(() => undefined);
    const texts = await this.page
      .locator('.notification-list-item, .quick-input-widget:visible, .statusbar-item.has-background-color')
      .allInnerTexts();
    return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim()).join('\n');
  }

  /** An entry of the status bar that has a text. */
  statusBar(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text }).first();
  }

  /** Opens the Problems panel and gives its rows. */
  async problems(): Promise<Locator> {
    await this.runCommand('View: Focus Problems');
    return this.page.locator('.markers-panel .monaco-list-row');
  }

  /** Changes the colour theme, live. */
  async setTheme(theme: Theme): Promise<void> {
    await this.runCommand('Preferences: Color Theme');
    const label = themes[theme].replace(/^Default /, '');
    await this.page.locator('.quick-input-widget input').first().fill(label);
    await this.quickPicks().filter({ hasText: label }).first().click();
    const wanted = {
      dark: 'vs-dark',
      light: 'vs',
      'high contrast': 'hc-black',
      'high contrast light': 'hc-light',
    }[theme];
    await this.page.locator(`.monaco-workbench.${wanted}`).waitFor();
  }

  /** Saves .cache/screenshots/NAME.png and gives its path. */
  async screenshot(name: string): Promise<string> {
    const path = join(screenshots, `${name}.png`);
    mkdirSync(dirname(path), { recursive: true });
    await this.page.screenshot({ path });
    return path;
  }
}
