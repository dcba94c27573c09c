import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CompileError } from '../../../src/compiler/diagnostics.ts';
import { deviceNamed } from '../../../src/compiler/compile.ts';
import { parseDevices } from '../../../src/compiler/report/device-file.ts';
import { devices, findDevice, nearDevices } from '../../../src/compiler/report/devices.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../media/schemas/devices.schema.json', import.meta.url), 'utf8'),
) as {
  properties: { devices: { items: { required: string[]; properties: Record<string, { enum?: string[] }> } } };
};

describe('devices', () => {
  it('are found by part, by part with package and by board', () => {
    for (const name of ['xc7z020', 'XC7Z020', 'xc7z020clg400-1', 'PYNQ-Z1', 'pynq z2']) {
      expect(findDevice(name)?.part, name).toBe('xc7z020');
    }
    expect(findDevice('xczu3eg-sbva484-1-e')?.part).toBe('xczu3eg');
    expect(findDevice('Arty A7-100T')?.part).toBe('xc7a100t');
    expect(findDevice('')).toBeUndefined();
    expect(findDevice('stratix')).toBeUndefined();
  });

  it('have parts and boards of their own, sources and whole figures', () => {
    const names = devices.flatMap((d) => [d.part, ...d.boards]);
    expect(new Set(names).size).toBe(names.length);
    for (const d of devices) {
      expect(d.source).toMatch(/DS\d|FPGA-DS/);
      for (const value of Object.values(d.available)) expect(Number.isInteger(value)).toBe(true);
    }
  });

  it('answer a misspelt name with near ones', () => {
    expect(nearDevices('xc7z002')[0]!.part).toMatch(/^xc7z0[12]0$/);
    expect(nearDevices('KV-206')[0]!.part).toBe('xck26');
    expect(() => deviceNamed('xc7z200')).toThrow(/CAM503.*xc7z200/);
  });

  it('answer a name that resembles none with all', () => {
    expect(nearDevices('stratix')).toEqual([]);
    const hint = (name: string) => {
      try {
        deviceNamed(name);
      } catch (error) {
        return (error as CompileError).diagnostics[0]!.hint;
      }
      return 'known';
    };
    for (const { part } of devices) expect(hint('stratix')).toContain(part);
    expect(hint('xc7z02')).toBe(
      'Did you mean xc7z020 (Zynq 7020 (PYNQ-Z1, PYNQ-Z2, Zybo Z7-20)), xc7z010 (Zynq 7010 (Zybo Z7-10))? Other devices can be described in a JSON file (--devices).',
    );
  });
});

describe('device files', () => {
  const own = {
    part: 'mine',
    family: 'xc7',
    lut: 1000,
    ff: 2000,
    dsp: 10,
    bram36: 7.5,
    boards: ['My board'],
  };
  const read = (...entries: unknown[]) => parseDevices(JSON.stringify({ devices: entries }), 'own.json');

  it('give devices that are found like the listed ones', () => {
    const known = [...read(own), ...devices];
    expect(findDevice('my board', known)).toMatchObject({
      part: 'mine',
      family: 'xc7',
      available: { lut: 1000, ff: 2000, dsp: 10, bram36: 7.5 },
      source: 'own.json',
    });
  });

  it('hold the fields of the schema', () => {
    const { required, properties } = schema.properties.devices.items;
    for (const field of required) {
      const rest = Object.fromEntries(Object.entries(own).filter(([name]) => name !== field));
      expect(() => read(rest), field).toThrow(CompileError);
    }
    const all = { ...own, source: 'DS1', vivadoPart: 'mine-1' };
    expect(Object.keys(properties).sort()).toEqual(Object.keys(all).sort());
    expect(() => read(all)).not.toThrow();
    for (const family of properties['family']!.enum!) expect(() => read({ ...own, family })).not.toThrow();
  });

  it('report every problem at once', () => {
    const problems = (text: string): string[] => {
      try {
        parseDevices(text, 'own.json');
      } catch (error) {
        return (error as CompileError).diagnostics.map((d) => `${d.code} ${d.message}`);
      }
      return [];
    };
    expect(problems('{')).toEqual([expect.stringMatching(/^CAM506 own.json: it is not JSON/)]);
    expect(problems('[]')).toEqual([expect.stringContaining('no list "devices"')]);
    const broken = { ...own, lut: -1, dsp: 2.5, family: 'ice40', colour: 'red' };
    expect(problems(JSON.stringify({ devices: [broken, 7] }))).toEqual([
      expect.stringContaining('(mine): "family" is not one of xc7, xcup, ecp5'),
      expect.stringContaining('"lut"'),
      expect.stringContaining('"dsp"'),
      expect.stringContaining('"colour" is not a field'),
      expect.stringContaining('devices[1] is not an object'),
    ]);
  });

  it('name a device once, and one that something can be built on', () => {
    const twice = { ...own, boards: ['Mine', 'MY BOARD'] };
    expect(() => read(own, twice)).toThrow(
      /devices\[1\]: "mine" is devices\[0\] already.*\n.*"MY BOARD" is devices\[0\] already/,
    );
    expect(() => read({ ...own, lut: 0, ff: 0 })).toThrow(/has no LUT.*\n.*has no FF/);
    // The smallest families have neither multipliers nor block RAM.
    expect(read({ ...own, dsp: 0, bram36: 0 })).toHaveLength(1);
  });
});
