/**
 * The manifest's `contributes`, made from the typed tables. `scripts/manifest.ts` writes it into package.json.
 */
import { commands, type CommandDefinition } from './commands.ts';
import { settings } from './settings.ts';

export const viewTypes = {
  editor: 'camber.model',
  schedule: 'camber.schedule',
  resources: 'camber.resources',
  heatMaps: 'camber.heatMaps',
} as const;

export const textScheme = 'camber-text';
export const textLanguage = 'onnx-text';
/** Ending of the text view's document, which gives it its language. */
export const textExtension = '.onnxtext';

const commandList: readonly (readonly [string, CommandDefinition])[] = Object.entries(commands);

function menus(): Record<string, unknown[]> {
  const result: Record<string, unknown[]> = {};
  for (const [command, definition] of commandList) {
    for (const [menu, place] of Object.entries(definition.menus ?? {})) {
      (result[menu] ??= []).push({ command, ...place });
    }
  }
  result['commandPalette'] = commandList
    .filter(([, d]) => d.palette !== undefined)
    .map(([command, d]) => ({ command, when: d.palette }));
  return result;
}

function configuration(): unknown[] {
  const entries = Object.entries(settings);
  const properties = (tools: boolean): Record<string, unknown> =>
    Object.fromEntries(
      entries
        .filter(([id]) => id.startsWith('camber.tools.') === tools)
        .map(([id, { description, ...rest }], order) => [
          id,
          { ...rest, markdownDescription: description, order },
        ]),
    );
  return [
    { title: 'Camber', properties: properties(false) },
    { title: 'Tools', properties: properties(true) },
  ];
}

const step = (id: string, title: string, description: string, markdown: string, event: string): unknown => ({
  id,
  title,
  description,
  media: { markdown: `media/walkthrough/${markdown}.md` },
  completionEvents: [event],
});

export function contributes(): Record<string, unknown> {
  return {
    commands: commandList.map(([command, { title, icon }]) => ({
      command,
      title,
      category: 'Camber',
      ...(icon === undefined ? {} : { icon }),
    })),
    menus: menus(),
    configuration: configuration(),
    customEditors: [
      {
        viewType: viewTypes.editor,
        displayName: 'Camber Layer Graph',
        selector: [{ filenamePattern: '*.onnx' }],
        priority: 'default',
      },
    ],
    languages: [
      {
        id: textLanguage,
        aliases: ['ONNX Text'],
        extensions: [textExtension],
        configuration: './media/grammar/language-configuration.json',
      },
    ],
    grammars: [
      {
        language: textLanguage,
        scopeName: 'source.onnx-text',
        path: './media/grammar/onnx-text.tmLanguage.json',
      },
    ],
    configurationDefaults: { [`[${textLanguage}]`]: { 'editor.wordWrap': 'on' } },
    viewsContainers: {
      panel: [{ id: 'camber', title: 'Camber', icon: 'media/icons/camber.svg' }],
    },
    views: {
      camber: [
        { type: 'webview', id: viewTypes.schedule, name: 'Schedule', icon: 'media/icons/camber.svg' },
        { type: 'webview', id: viewTypes.resources, name: 'Resources', icon: 'media/icons/camber.svg' },
      ],
    },
    walkthroughs: [
      {
        id: 'start',
        title: 'Get started with Camber',
        description: 'From an ONNX image classifier to an accelerator that explains its answers.',
        steps: [
          step(
            'sample',
            'Open the sample model',
            'A small ResNet18 with pictures, copied into a folder of your choice.\n[Open the sample model](command:camber.openSample)',
            'sample',
            'onCommand:camber.openSample',
          ),
          step(
            'graph',
            'See where the cycles go',
            'Rest on a block of the graph for its cycles, its utilisation and what the gradient needs from it.\n[Open as text](command:camber.openAsText)',
            'graph',
            'onCommand:camber.openAsText',
          ),
          step(
            'heatmaps',
            'Compare heat maps',
            'Float beside fixed point, on your own pictures.\n[Show heat maps](command:camber.showHeatMaps)',
            'heatmaps',
            'onCommand:camber.showHeatMaps',
          ),
          step(
            'compile',
            'Compile the accelerator',
            'RTL, schedule, report and the static GradCAM model in one folder.\n[Compile GradCAM accelerator](command:camber.compile)',
            'compile',
            'onCommand:camber.compile',
          ),
        ],
      },
    ],
  };
}

/** Manifest fields beside `contributes` that belong to the extension. */
export const manifest = {
  main: './dist/extension/main.cjs',
  icon: 'media/icons/camber.png',
  categories: ['Machine Learning', 'Visualization', 'Programming Languages'],
  keywords: ['onnx', 'gradcam', 'fpga', 'explainable ai', 'rtl'],
  activationEvents: [`onCustomEditor:${viewTypes.editor}`, `onWebviewPanel:${viewTypes.heatMaps}`],
  extensionKind: ['workspace'],
  capabilities: {
    untrustedWorkspaces: {
      supported: 'limited',
      description: 'Models can be read and explained. Building and verifying need a trusted workspace.',
    },
    virtualWorkspaces: {
      supported: false,
      description: 'Models are read from disk by a process of their own.',
    },
  },
} as const;
