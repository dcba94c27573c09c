/** Settings and a model's choices, merged into the options of a compilation. */
import type { ClassChoice } from '../compiler/class-choice.ts';
import { defaultQuantiseOptions, parseWideActivations } from '../compiler/quantize/options.ts';
import { rangeMethods } from '../compiler/quantize/ranges.ts';
import { defaultSettings, settings, type Settings } from '../protocol/manifest/settings.ts';
import type { Choices } from '../protocol/views.ts';
import type { JobOptions, ToolPaths } from './jobs/messages.ts';

/** Reads the `camber` section as the editor sends it: nested objects for dotted names. Missing values are defaults. */
export function readSettings(section: unknown): Settings {
  const result: Record<string, unknown> = { ...defaultSettings };
  for (const id of Object.keys(settings)) {
    const name = id.slice('camber.'.length);
    const value = name
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], section);
    if (typeof value === typeof result[name]) result[name] = value;
  }
  return result as unknown as Settings;
}

const classOf = (text: string): ClassChoice => (/^[0-9]+$/.test(text) ? Number(text) : 'argmax');

export function jobOptions(values: Settings, choices: Choices): JobOptions {
  const target = choices.target ?? values.target;
  return {
    ...(target === '' ? {} : { target }),
    class: choices.class ?? classOf(values.class),
    device: choices.device ?? values.device,
    clockMHz: choices.clockMHz ?? values.clock,
    array: choices.array ?? values.array,
    gradientBits: choices.gradientBits ?? (values.gradientBits === 8 ? 8 : 16),
    calibrationFolder: values.calibrationFolder,
    ranges: rangeMethods.find((method) => method === values.ranges) ?? defaultQuantiseOptions.rangeMethod,
    wideActivations: parseWideActivations(values.wideActivations) ?? defaultQuantiseOptions.wideActivations,
    equalise: values.equalise,
  };
}

export function toolPaths(values: Settings): ToolPaths {
  return {
    verilator: values['tools.verilator'],
    iverilog: values['tools.iverilog'],
    yosys: values['tools.yosys'],
  };
}
