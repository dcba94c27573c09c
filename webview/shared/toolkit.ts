/** The one module that knows the webview UI toolkit. Views take their controls from here. */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
} from '@vscode/webview-ui-toolkit';
import { h, icon } from './dom.ts';

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeDropdown(), vsCodeOption(), vsCodeProgressRing());

export interface ButtonOptions {
  readonly label: string;
  readonly icon?: string;
  readonly appearance?: 'primary' | 'secondary' | 'icon';
  readonly title?: string;
  readonly onClick: () => void;
}

export function button(options: ButtonOptions): HTMLElement {
  const appearance = options.appearance ?? 'secondary';
  const only = appearance === 'icon';
  const attributes = {
    appearance,
    'aria-label': options.label,
    title: options.title ?? (only ? options.label : undefined),
  };
  const element = h('vscode-button', { attributes, on: { click: options.onClick } });
  if (options.icon) {
    const mark = icon(options.icon);
    if (!only) mark.setAttribute('slot', 'start');
    element.append(mark);
  }
  if (!only) element.append(options.label);
  return element;
}

/** A labelled choice of one value. */
export function dropdown<T extends string>(
  label: string,
  values: readonly (readonly [value: T, text: string])[],
  current: T,
  onChange: (value: T) => void,
): HTMLElement {
  const options = values.map(([value, text]) =>
    h('vscode-option', { attributes: { value, selected: value === current } }, text),
  );
  const element = h('vscode-dropdown', { attributes: { 'aria-label': label } }, ...options);
  element.addEventListener('change', () => onChange((element as HTMLElement & { value: T }).value));
  return element;
}

/** A control with its name before it. */
export function field(name: string, control: HTMLElement): HTMLElement {
  return h(
    'span',
    { class: 'field' },
    h('span', { class: 'field-name', attributes: { 'aria-hidden': 'true' } }, name),
    control,
  );
}

export function progressRing(): HTMLElement {
  return h('vscode-progress-ring', { attributes: { 'aria-hidden': 'true' } });
}
