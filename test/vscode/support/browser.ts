import { chromium, type Browser } from 'playwright-core';
import { findTool } from '../../support/find-tool.ts';

/** Starts the machine's own Chromium, headless. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = findTool('chromium');
  if (executablePath === undefined) throw new Error('Chromium is not installed here');
  const args = ['--disable-gpu', '--disable-quic', '--no-first-run'];
  args.push('--disable-background-networking', '--disable-component-update', '--disable-sync');
  // Chromium's sandbox does not work for root, which continuous integration often is.
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return chromium.launch({ executablePath, headless: true, args });
}
