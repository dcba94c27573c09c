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
const onPicture = 'resourceExtname =~ /^\\.(png|jpe?g|npy)$/i && camber.modelOpen';
const onGraph = "activeCustomEditorId == 'camber.model'";
const onText = 'resourceScheme == camber-text';
const onEither = `${onGraph} || ${onText}`;
const onBlock = "webviewId == 'camber.model' && webviewSection == 'layer'";
const inTree = 'view == camber.models';
const treeModel = `${inTree} && viewItem == camber-model`;
const treeBuild = `${inTree} && viewItem == camber-build`;
const never = 'false';

export const commands = {
  'camber.compile': {
    title: 'Compile GradCAM accelerator',
    icon: '$(circuit-board)',
    menus: {
      'explorer/context': { when: onModel, group: '3_camber@1' },
      'editor/title': { when: onEither, group: 'navigation@1' },
      'view/item/context': { when: treeModel, group: 'inline@1' },
    },
  },
  'camber.openAsText': {
    title: 'Open as Text',
    icon: '$(code)',
    menus: {
      'explorer/context': { when: onModel, group: 'navigation@21' },
      'editor/title': { when: onGraph, group: 'navigation@2' },
      'view/item/context': { when: treeModel, group: '1_open@2' },
    },
  },
  'camber.openAsGraph': {
    title: 'Open as Graph',
    icon: '$(type-hierarchy-sub)',
    menus: {
      'editor/title': { when: onText, group: 'navigation@2' },
      'view/item/context': { when: treeModel, group: '1_open@1' },
    },
  },
  'camber.setTarget': {
    title: 'Set Target Layer...',
    icon: '$(target)',
    menus: {
      'editor/title': { when: onEither, group: '1_choose@1' },
    },
  },
  'camber.selectDevice': {
    title: 'Select Device...',
    icon: '$(chip)',
    menus: { 'editor/title': { when: onEither, group: '1_choose@2' } },
  },
  'camber.selectArray': {
    title: 'Select Array Size...',
    icon: '$(table)',
    menus: { 'editor/title': { when: onEither, group: '1_choose@3' } },
  },
  'camber.selectClock': {
    title: 'Select Clock...',
    icon: '$(pulse)',
    menus: { 'editor/title': { when: onEither, group: '1_choose@4' } },
  },
  'camber.setAsTarget': {
    title: 'Set as GradCAM Target',
    palette: never,
    menus: { 'webview/context': { when: `${onBlock} && targetable`, group: '1_choose@1' } },
  },
  'camber.revealInText': {
    title: 'Reveal in Text',
    palette: never,
    menus: { 'webview/context': { when: onBlock, group: '1_choose@2' } },
  },
  'camber.copyLayerName': {
    title: 'Copy Layer Name',
    palette: never,
    menus: { 'webview/context': { when: onBlock, group: '9_copy@1' } },
  },
  'camber.explainImage': {
    title: 'Explain Image...',
    icon: '$(device-camera)',
    menus: {
      'explorer/context': { when: `${onModel} || ${onPicture}`, group: '3_camber@2' },
      'editor/title': { when: onEither, group: '2_look@1' },
      'webview/context': { when: onBlock, group: '2_look@1' },
      'view/item/context': { when: treeModel, group: '2_work@1' },
    },
  },
  'camber.verify': {
    title: 'Verify RTL',
    icon: '$(verified)',
    menus: {
      'editor/title': { when: onEither, group: '3_work@1' },
      'view/item/context': { when: treeBuild, group: 'inline@1' },
    },
  },
  'camber.synthesise': {
    title: 'Synthesise',
    icon: '$(server-process)',
    menus: {
      'editor/title': { when: onEither, group: '3_work@2' },
      'view/item/context': { when: treeBuild, group: 'inline@2' },
    },
  },
  'camber.exploreArrays': {
    title: 'Explore Arrays',
    icon: '$(graph-scatter)',
    menus: {
      'editor/title': { when: onEither, group: '3_work@3' },
      'view/item/context': { when: treeModel, group: '2_work@2' },
    },
  },
  'camber.exportStatic': {
    title: 'Export Static GradCAM Model...',
    icon: '$(export)',
    menus: {
      'explorer/context': { when: onModel, group: '3_camber@3' },
      'editor/title': { when: onEither, group: '3_work@4' },
      'view/item/context': { when: treeModel, group: '2_work@3' },
    },
  },
  'camber.showReport': {
    title: 'Show Report',
    icon: '$(file-text)',
    menus: { 'view/item/context': { when: treeBuild, group: 'inline@3' } },
  },
  'camber.revealBuild': {
    title: 'Reveal in Explorer',
    icon: '$(folder)',
    palette: never,
    menus: { 'view/item/context': { when: treeBuild, group: '1_open@1' } },
  },
  'camber.showSchedule': {
    title: 'Show Schedule',
    icon: '$(graph-line)',
    menus: { 'editor/title': { when: onEither, group: '2_look@2' } },
  },
  'camber.showResources': {
    title: 'Show Resources',
    icon: '$(dashboard)',
    menus: { 'editor/title': { when: onEither, group: '2_look@3' } },
  },
  'camber.showHeatMaps': {
    title: 'Show Heat Maps',
    icon: '$(flame)',
    menus: { 'editor/title': { when: onEither, group: 'navigation@3' } },
  },
  'camber.openSample': {
    title: 'Open the Sample Model...',
    icon: '$(mortar-board)',
    menus: { 'view/title': { when: inTree, group: '1_open@1' } },
  },
  'camber.openModel': {
    title: 'Open Model...',
    icon: '$(folder-opened)',
    menus: { 'view/title': { when: inTree, group: 'navigation@1' } },
  },
  'camber.refreshModels': {
    title: 'Refresh Models',
    icon: '$(refresh)',
    palette: never,
    menus: { 'view/title': { when: inTree, group: 'navigation@2' } },
  },
  'camber.showOutput': { title: 'Show Output', icon: '$(output)' },
} as const satisfies Record<string, CommandDefinition>;

export type CommandId = keyof typeof commands;
