/** The theme's colours for what is painted; read again whenever the theme changes. */

const variables = {
  edge: ['--vscode-descriptionForeground', '--vscode-foreground'],
  block: ['--vscode-editorWidget-background', '--vscode-editor-background'],
  border: ['--vscode-contrastBorder', '--vscode-editorWidget-border', '--vscode-panel-border'],
  focus: ['--vscode-focusBorder'],
  gradient: ['--vscode-charts-yellow'],
  heatmap: ['--vscode-charts-purple'],
  warning: ['--vscode-editorWarning-foreground'],
} as const;

export type ThemeColours = Readonly<Record<keyof typeof variables, string>>;

export function themeColours(): ThemeColours {
  const style = getComputedStyle(document.documentElement);
  const first = (names: readonly string[]): string =>
    names.map((name) => style.getPropertyValue(name).trim()).find((value) => value !== '') ?? 'gray';
  return Object.fromEntries(
    Object.entries(variables).map(([key, names]) => [key, first(names)]),
  ) as unknown as ThemeColours;
}

/** Calls back when VS Code has put another theme into the page. */
export function onThemeChanged(changed: () => void): void {
  new MutationObserver(changed).observe(document.body, { attributes: true, attributeFilter: ['class'] });
}
