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
  models: 'camber.models',
  report: 'camber.report',
} as const;

/** Type of Camber's tasks, and its problem matcher. */
export const taskType = 'camber';
export const taskKinds = ['compile', 'verify', 'synthesise'] as const;
export type TaskKind = (typeof taskKinds)[number];

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

const picture = (name: string, theme: 'dark' | 'light'): string => `media/walkthrough/${name}-${theme}.png`;

const step = (id: string, title: string, description: string, altText: string, event: string): unknown => ({
  id,
  title,
  description,
  media: {
    image: {
      dark: picture(id, 'dark'),
      light: picture(id, 'light'),
      hc: picture(id, 'dark'),
      hcLight: picture(id, 'light'),
    },
    altText,
  },
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
      activitybar: [{ id: 'camber-models', title: 'Camber', icon: 'media/icons/camber.svg' }],
    },
    views: {
      camber: [
        { type: 'webview', id: viewTypes.schedule, name: 'Schedule', icon: 'media/icons/camber.svg' },
        { type: 'webview', id: viewTypes.resources, name: 'Resources', icon: 'media/icons/camber.svg' },
      ],
      'camber-models': [{ id: viewTypes.models, name: 'Models', icon: 'media/icons/camber.svg' }],
    },
    viewsWelcome: [
      {
        view: viewTypes.models,
        when: 'camber.noModels',
        contents:
          'No ONNX model in this workspace yet.\n[Open the sample model](command:camber.openSample)\n[Open model](command:camber.openModel)',
      },
    ],
    taskDefinitions: [
      {
        type: taskType,
        required: ['task', 'model'],
        properties: {
          task: { type: 'string', enum: taskKinds, description: 'What is done.' },
          model: { type: 'string', description: 'The ONNX file, relative to the workspace folder.' },
        },
      },
    ],
    problemMatchers: [
      {
        name: taskType,
        label: 'Camber',
        owner: taskType,
        source: 'camber',
        // What the server says of an open model stands in Problems already.
        applyTo: 'closedDocuments',
        fileLocation: 'absolute',
        pattern: {
          regexp: '^(.*\\.onnx): (error|warning|information) (CAM\\d+): (.*)$',
          kind: 'file',
          file: 1,
          severity: 2,
          code: 3,
          message: 4,
        },
      },
    ],
    walkthroughs: [
      {
        id: 'start',
        title: 'Get started with Camber',
        description: 'From an ONNX image classifier to an accelerator that explains its answers.',
        steps: [
          step(
            'sample',
            'Open the sample model',
            'A small ResNet18 for CIFAR-10 and three photographs, copied into a folder of your choice. Nothing is downloaded.\n[Open the sample model](command:camber.openSample)',
            'The layer graph of the sample: blocks from top to bottom, each with its cycles.',
            'onCommand:camber.openSample',
          ),
          step(
            'graph',
            'See where the cycles go',
            'Rest on a block of the graph for its cycles, its utilisation and what the gradient needs from it. Arrow keys follow the edges, `t` sets the GradCAM target.\n[Open as text](command:camber.openAsText)',
            'A hover over a layer: cycles, latency, where the time goes, utilisation, memory traffic.',
            'onCommand:camber.openAsText',
          ),
          step(
            'heatmaps',
            'Compare heat maps',
            'The float map beside the one in fixed point, as the accelerator computes it, on your own pictures: drop them onto the panel.\n[Show heat maps](command:camber.showHeatMaps)',
            'Rows of photographs: the picture, its float map, its fixed-point map and their difference.',
            'onCommand:camber.showHeatMaps',
          ),
          step(
            'compile',
            'Compile the accelerator',
            'RTL, schedule, report and the static GradCAM model in one folder; *Verify RTL* then compares every value and every cycle.\n[Compile GradCAM accelerator](command:camber.compile)',
            'The schedule as a timeline: the explanation is the sliver at its end.',
            'onCommand:camber.compile',
          ),
          step(
            'resources',
            'Choose the array',
            'What the accelerator needs against what the device has, and every array in a plot of cycles against DSP blocks: click one to choose it.\n[Explore arrays](command:camber.exploreArrays)',
            'Bars for LUT, flip-flops, DSP and block RAM, and a plot of arrays with the Pareto front joined.',
            'onCommand:camber.exploreArrays',
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
  activationEvents: [
    `onCustomEditor:${viewTypes.editor}`,
    `onFileSystem:${textScheme}`,
    `onWebviewPanel:${viewTypes.heatMaps}`,
    `onWebviewPanel:${viewTypes.report}`,
    `onTaskType:${taskType}`,
  ],
  l10n: './l10n',
  extensionKind: ['workspace'],
  capabilities: {
    untrustedWorkspaces: {
      supported: 'limited',
      description:
        'Models are read, explained, compiled and verified by Camber itself. Installed simulators are run in trusted workspaces only.',
      // A workspace that is not trusted chooses neither programs nor where files are written.
      restrictedConfigurations: [
        'camber.outputFolder',
        ...Object.keys(settings).filter((id) => id.startsWith('camber.tools.')),
      ],
    },
    virtualWorkspaces: {
      supported: false,
      description: 'Models are read from disk by a process of their own.',
    },
  },
} as const;
