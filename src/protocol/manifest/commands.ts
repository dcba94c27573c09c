/**
 * Every command, once. The manifest, the registration and the tests read this table.
 */
export interface CommandDefinition {
  /** Title in the palette, after the category. */
  readonly title: string;
  readonly icon?: string;
  /** When the palette offers it; absent: always. */
  readonly palette?: string;
  /** Menus it stands in beside the palette. */
  readonly menus?: Readonly<Record<string, { readonly when?: string; readonly group?: string }>>;
}

const onModel = 'resourceExtname == .onnx';
const onGraph = "activeCustomEditorId == 'camber.model'";
const onText = 'resourceScheme == camber-text';
const onLayer = "webviewId == 'camber.model' && webviewSection == 'layer'";

export const commands = {
  'camber.compile': {
    title: 'Compile GradCAM accelerator',
    icon: '$(circuit-board)',
    menus: {
      'explorer/context': { when: onModel, group: '3_camber@1' },
      'editor/title': { when: `${onGraph} || ${onText}`, group: 'navigation@1' },
    },
  },
  'camber.openAsText': {
    title: 'Open as Text',
    icon: '$(code)',
    menus: {
      'explorer/context': { when: onModel, group: 'navigation@21' },
      'editor/title': { when: onGraph, group: 'navigation@2' },
    },
  },
  'camber.openAsGraph': {
    title: 'Open as Graph',
    icon: '$(type-hierarchy-sub)',
    menus: { 'editor/title': { when: onText, group: 'navigation@2' } },
  },
  'camber.setTarget': { title: 'Set Target Layer...', icon: '$(target)' },
  'camber.selectDevice': { title: 'Select Device...', icon: '$(chip)' },
  'camber.selectArray': { title: 'Select Array Size...', icon: '$(table)' },
  'camber.selectClock': { title: 'Select Clock...', icon: '$(pulse)' },
  'camber.setAsTarget': {
    title: 'Set as GradCAM Target',
    palette: 'false',
    menus: { 'webview/context': { when: `${onLayer} && targetable`, group: '1_layer@1' } },
  },
  'camber.revealInText': {
    title: 'Reveal in Text',
    palette: 'false',
    menus: { 'webview/context': { when: onLayer, group: '1_layer@2' } },
  },
  'camber.copyLayerName': {
    title: 'Copy Layer Name',
    palette: 'false',
    menus: { 'webview/context': { when: onLayer, group: '2_copy@1' } },
  },
  'camber.verify': { title: 'Verify RTL', icon: '$(verified)' },
  'camber.exportStatic': {
    title: 'Export Static GradCAM Model...',
    icon: '$(export)',
    menus: { 'explorer/context': { when: onModel, group: '3_camber@2' } },
  },
  'camber.showSchedule': { title: 'Show Schedule', icon: '$(graph-line)' },
  'camber.showResources': { title: 'Show Resources', icon: '$(dashboard)' },
  'camber.showHeatMaps': {
    title: 'Show Heat Maps',
    icon: '$(flame)',
    menus: { 'editor/title': { when: `${onGraph} || ${onText}`, group: 'navigation@3' } },
  },
  'camber.openSample': { title: 'Open the Sample Model...', icon: '$(folder-opened)' },
  'camber.openModel': { title: 'Open Model...', icon: '$(folder-opened)' },
  'camber.showOutput': { title: 'Show Output', icon: '$(output)' },
} as const satisfies Record<string, CommandDefinition>;

export type CommandId = keyof typeof commands;
