/** The status bar item: cycles, overhead and fit of the active model. */
import * as vscode from 'vscode';
import { summary } from '../protocol/layer-facts.ts';
import type { ModelState } from '../protocol/views.ts';
import type { Services } from './services.ts';

interface Shown {
  readonly text: string;
  readonly tooltip: string;
  readonly warning?: boolean;
}

function describe(state: ModelState): Shown {
  if (state.status.kind === 'failed') {
    return {
      text: '$(error) Camber',
      tooltip: 'The model has problems: see the Problems panel.',
      warning: true,
    };
  }
  if (state.compiled === undefined || state.status.kind === 'working') {
    const stage = state.status.kind === 'working' ? state.status.stage : 'Compiling';
    return { text: '$(loading~spin) Camber', tooltip: stage };
  }
  const parts = summary(state.compiled, state.model);
  return {
    text: `$(circuit-board) ${parts.cycles} · ${parts.overhead}`,
    tooltip: [parts.target, parts.latency, `${parts.fit}, estimated`, 'Select to compile.'].join('\n'),
    ...(state.compiled.resources.fits ? {} : { warning: true }),
  };
}

export function registerStatusBar({ models }: Services): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('camber.status', vscode.StatusBarAlignment.Left, 10);
  item.name = 'Camber';
  item.command = 'camber.compile';
  const update = (): void => {
    const state = models.activeState;
    if (!state) return item.hide();
    const { text, tooltip, warning } = describe(state);
    item.text = text;
    item.tooltip = tooltip;
    item.backgroundColor = warning ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    item.show();
  };
  return vscode.Disposable.from(
    item,
    models.onActiveChanged(update),
    models.onStateChanged(update),
    models.onStatusChanged(update),
  );
}
