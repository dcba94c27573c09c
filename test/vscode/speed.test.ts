import { expect, test } from 'vitest';
import { bars, benchWorkspace, round, type Round } from '../../bench/editor/round.ts';
import { needs } from '../support/tools.ts';

/** Machines of continuous integration are slow and shared: only what is far off fails here. `bench/editor.ts` tells the rest. */
const allowance = 3;

needs('code-server', 'chromium')('the speed of the editor', () => {
  test('no figure is above three times its bar', { timeout: 300_000 }, async () => {
    const workspace = benchWorkspace();
    try {
      const figures = await round(workspace.folder);
      const above = Object.entries(bars).flatMap(([key, { title, bar }]) => {
        const figure = figures[key as keyof Round];
        return bar !== undefined && figure > allowance * bar ? [`${title}: ${figure.toFixed(0)} ms`] : [];
      });
      expect(above).toEqual([]);
    } finally {
      workspace.remove();
    }
  });
});
