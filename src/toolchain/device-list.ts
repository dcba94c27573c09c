import { parseDevices } from '../compiler/report/device-file.ts';
import { type Device, devices } from '../compiler/report/devices.ts';
import { readInput } from './files.ts';

/** The listed devices and, before them, those of the user's device file. @throws CompileError CAM506, CAM604 */
export async function deviceList(file: string | undefined): Promise<readonly Device[]> {
  if (file === undefined) return devices;
  return [...parseDevices(new TextDecoder().decode(await readInput(file)), file), ...devices];
}
