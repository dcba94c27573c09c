/** The devices as the pickers show them. */
import { devices as known } from '../compiler/report/devices.ts';
import type { DeviceView } from '../protocol/views.ts';

export function devices(): readonly DeviceView[] {
  return known.map(({ part, description, available }) => ({ part, description, available }));
}
