/** Pickers for what can be chosen for a model: target layer, device, array size. */
import * as vscode from 'vscode';
import * as format from '../../protocol/format.ts';
import type { Choices, CompiledView, ModelState } from '../../protocol/views.ts';
import { arrayChoices, settings } from '../../protocol/manifest/settings.ts';
import type { Services } from '../services.ts';
import { stayOpen } from '../stay-open.ts';

type Pick<T> = vscode.QuickPickItem & { readonly value?: T };

async function pick<T>(title: string, items: readonly Pick<T>[]): Promise<T | undefined> {
  const picked = await vscode.window.showQuickPick(items, {
    ...stayOpen,
    title,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.value;
}

async function readModel({ models }: Services, uri: string): Promise<ModelState> {
  let state = models.state(uri);
  while (state?.model === undefined && state?.status.kind !== 'failed') {
    state = await new Promise<ModelState>((resolve) => {
      const subscription = models.onStateChanged((changed) => {
        if (changed.uri !== uri) return;
        subscription.dispose();
        resolve(changed);
      });
    });
  }
  return state;
}

async function pickTarget(services: Services, uri: string): Promise<string | undefined> {
  const { model, compiled, choices } = await readModel(services, uri);
  if (!model) throw new Error(vscode.l10n.t('The model cannot be read: see the Problems panel.'));
  const current = compiled?.target.tensor ?? choices.target ?? model.defaultTarget;
  const layers = new Map(model.layers.flatMap((layer) => layer.outputs.map((o) => [o, layer] as const)));
  const items = model.targets.toReversed().map((tensor): Pick<string> => {
    const layer = layers.get(tensor);
    const marks = [
      tensor === current ? vscode.l10n.t('current') : '',
      tensor === model.defaultTarget ? vscode.l10n.t('default') : '',
    ];
    return {
      label: `${tensor === current ? '$(target) ' : ''}${layer?.id ?? tensor}`,
      description: [layer?.op, layer?.shape && format.shape(layer.shape), ...marks]
        .filter(Boolean)
        .join(' · '),
      detail: layer === undefined || layer.id === tensor ? undefined : tensor,
      value: tensor,
    };
  });
  return pick(vscode.l10n.t('GradCAM target'), items);
}

async function pickDevice({ server }: Services, current: string | undefined): Promise<string | undefined> {
  const devices = await server.ask('camber/devices', {});
  const items = devices.map(({ part, description, available }): Pick<string> => ({
    label: `${part === current ? '$(check) ' : ''}${part}`,
    description,
    detail: vscode.l10n.t(
      '{0} LUT, {1} DSP, {2} block RAM',
      format.count(available.lut),
      format.count(available.dsp),
      format.resource(available.bram36),
    ),
    value: part,
  }));
  return pick(vscode.l10n.t('FPGA part'), items);
}

async function pickArray(current: string | undefined): Promise<string | undefined> {
  const items = arrayChoices.map((value): Pick<string> => {
    const [rows, columns] = value.split('x').map(Number);
    const description =
      columns === undefined
        ? vscode.l10n.t('the fastest that fits the device')
        : vscode.l10n.t('{0} MACs per cycle', format.count(rows! * columns));
    return { label: `${value === current ? '$(check) ' : ''}${value}`, description, value };
  });
  return pick(vscode.l10n.t('Array size (rows x columns)'), items);
}

/** Asks for a clock in MHz. */
async function pickClock(current: number | undefined): Promise<number | undefined> {
  const { minimum = 1, maximum = Infinity } = settings['camber.clock'];
  const text = await vscode.window.showInputBox({
    ...stayOpen,
    title: vscode.l10n.t('Clock of the accelerator'),
    prompt: vscode.l10n.t('In MHz, from {0} to {1}. Latencies are figured from it.', minimum, maximum),
    value: current === undefined ? '' : String(current),
    validateInput: (value) => {
      const number = Number(value);
      const fine = value.trim() !== '' && number >= minimum && number <= maximum;
      return fine ? undefined : vscode.l10n.t('A number from {0} to {1}', minimum, maximum);
    },
  });
  return text === undefined ? undefined : Number(text);
}

/** `16x16` */
export const arrayOf = (compiled: CompiledView | undefined): string | undefined =>
  compiled && `${compiled.array.rows}x${compiled.array.columns}`;

/** Which picker serves which choice. */
export const pickers: {
  readonly [K in 'target' | 'device' | 'array' | 'clockMHz']: (
    services: Services,
    uri: string,
  ) => Promise<Choices[K] | undefined>;
} = {
  target: pickTarget,
  device: (services, uri) => pickDevice(services, services.models.state(uri)?.compiled?.device.part),
  array: (services, uri) =>
    pickArray(services.models.state(uri)?.choices.array ?? arrayOf(services.models.state(uri)?.compiled)),
  clockMHz: ({ models }, uri) => pickClock(models.state(uri)?.compiled?.device.clockMHz),
};
