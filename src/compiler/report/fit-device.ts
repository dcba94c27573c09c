/** Whether resources fit a device, what is short, and which device would do. */
import { type Diagnostic, diagnostic } from '../diagnostics.ts';
import { type Device, devices } from './devices.ts';
import { type ResourceCount, resourceNames } from './resource-count.ts';
import type { Family } from './families.ts';
import type { BlockRamShares } from './resources.ts';

export type ResourceName = (typeof resourceNames)[number];

/** The resources of which more is needed than the device has, or than `share` of it. */
export function shortOf(
  need: ResourceCount,
  have: ResourceCount,
  share: Readonly<Partial<Record<ResourceName, number>>> = {},
): readonly ResourceName[] {
  return resourceNames.filter((r) => need[r] > have[r] * (share[r] ?? 1));
}

export const fits = (need: ResourceCount, device: Device): boolean =>
  shortOf(need, device.available).length === 0;

const resourceTitles: Readonly<Record<ResourceName, string>> = {
  lut: 'LUT',
  ff: 'FF',
  dsp: 'DSP',
  bram36: 'block RAM',
};

/** `block RAM 190 of 140 (171 for the weights alone, 12 for the activations), LUT 60000 of 53200`. */
export function describeShortage(
  need: ResourceCount,
  device: Device,
  { weights, activations }: BlockRamShares,
): string {
  return shortOf(need, device.available)
    .map((r) => {
      const alone =
        r === 'bram36' ? ` (${weights} for the weights alone, ${activations} for the activations)` : '';
      return `${resourceTitles[r]} ${need[r]} of ${device.available[r]}${alone}`;
    })
    .join(', ');
}

/** The device of least block RAM that has room for everything; of the wanted one's family where there is one. */
export function nearestFitting(
  need: (family: Family) => ResourceCount,
  family: Family,
  known: readonly Device[] = devices,
): Device | undefined {
  return known
    .filter((device) => fits(need(device.family), device))
    .sort(
      (a, b) =>
        Number(a.family !== family) - Number(b.family !== family) ||
        a.available.bram36 - b.available.bram36 ||
        a.available.lut - b.available.lut,
    )[0];
}

/** CAM502 where something is short: what, and what would do. */
export function fitDiagnostics(
  need: (family: Family) => ResourceCount,
  device: Device,
  shares: BlockRamShares,
): Diagnostic[] {
  const here = need(device.family);
  if (fits(here, device)) return [];
  const fitting = nearestFitting(need, device.family);
  // A smaller array holds the same weights and the same activations.
  const smaller =
    shares.weights + shares.activations > device.available.bram36
      ? shares.weights > shares.activations
        ? 'a smaller model'
        : 'a smaller input or model'
      : 'a smaller array (camber explore and Explore Arrays compare them)';
  const hint = fitting
    ? `Choose ${fitting.part} (${fitting.description}), the smallest listed device with room for it, or ${smaller}.`
    : `Choose ${smaller}: no listed device has room for it.`;
  const message = `The accelerator does not fit ${device.part}: ${describeShortage(here, device, shares)}.`;
  return [diagnostic('CAM502', message, hint)];
}
