/** The status bar item: cycles, overhead and fit of the active model. */
import * as vscode from 'vscode';
import { summary } from '../protocol/layer-facts.ts';
import type { ModelState } from '../protocol/views.ts';
import type { Services } from './services.ts';

interface Shown {
  readonly text: string;
  readonly tooltip: string | vscode.MarkdownString;
  readonly warning?: boolean;
}

/** Each figure is a link to what changes it. */
function details(parts: ReturnType<typeof summary>): vscode.MarkdownString {
  const rows = [
    ['target', parts.target, 'camber.setTarget', vscode.l10n.t('Set target')],
    ['dashboard', `${parts.cycles}, ${parts.overhead}`, 'camber.showSchedule', vscode.l10n.t('Schedule')],
    ['watch', parts.latency, 'camber.selectArray', vscode.l10n.t('Select array')],
    [
      'chip',
      vscode.l10n.t('{0}, estimated', parts.fit),
      'camber.selectDevice',
      vscode.l10n.t('Select device'),
    ],
  ] as const;
  const tooltip = new vscode.MarkdownString(
    rows
      .map(([icon, text, command, title]) => `$(${icon}) ${text} [${title}](command:${command})`)
      .join('\n\n'),
    true,
  );
  tooltip.isTrusted = { enabledCommands: rows.map(([, , command]) => command) };
  return tooltip;
}

function describe(state: ModelState): Shown {
  if (state.status.kind === 'failed') {
    return {
      text: '$(error) Camber',
      tooltip: vscode.l10n.t('The model has problems: see the Problems panel.'),
      warning: true,
    };
  }
  if (state.compiled === undefined || state.status.kind === 'working') {
    const stage = state.status.kind === 'working' ? state.status.stage : vscode.l10n.t('Compiling');
    return { text: '$(loading~spin) Camber', tooltip: stage };
  }
  const parts = summary(state.compiled, state.model);
  const { fits } = state.compiled.resources;
  const fit = fits ? vscode.l10n.t('fits') : vscode.l10n.t('does not fit');
  return {
    text: `$(circuit-board) ${parts.cycles} · ${parts.overhead} · ${fit}`,
    tooltip: details(parts),
    ...(fits ? {} : { warning: true }),
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
    models.onActiveChanged((uri) => {
      void vscode.commands.executeCommand('setContext', 'camber.modelOpen', uri !== undefined);
      update();
    }),
    models.onStateChanged(update),
    models.onStatusChanged(update),
  );
}
