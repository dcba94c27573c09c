/** Settings that choose how activations are quantised reach the compiler, and each setting has a compilation of its own. */
import { expect, it } from 'vitest';
import { readSettings, jobOptions } from '../../src/server/options.ts';
import { Session, type Compiled } from '../../src/server/session/session.ts';
import { oraclePlaces } from '../support/oracles.ts';
import '../support/ort.ts';

const context = { progress: () => {}, signal: new AbortController().signal };

it('names of layers, auto and none are told apart', () => {
  const wide = (wideActivations: string) => jobOptions(readSettings({ wideActivations }), {}).wideActivations;
  expect(wide('none')).toBe('none');
  expect(wide('auto')).toBe('auto');
  expect(wide('/a/Relu, /b/Relu')).toEqual(['/a/Relu', '/b/Relu']);
  expect(wide(' ')).toBe('none');
});

const compiler = async (name: string) => {
  const session = await Session.read(oraclePlaces().find((p) => p.name === name)!.place!.model);
  return (section: object) => session.compile(jobOptions(readSettings(section), {}), context);
};
const scalesOf = ({ network }: Compiled) => [...network.tensors.values()].map(({ scale }) => scale[0]);

it('ranges and 16-bit activations are chosen as asked', async () => {
  const compile = await compiler('mobilenetv2_small');
  const plain = await compile({});
  expect(plain.report.numerics.wideActivations).toEqual([]);
  const [stem] = plain.network.layers;
  const wide = await compile({ wideActivations: stem!.name });
  expect(wide.report.numerics.wideActivations).toEqual([stem!.output.tensor]);
  expect(scalesOf(await compile({ ranges: 'minmax' }))).not.toEqual(scalesOf(plain));
  // Nothing can be equalised across a ReLU6, which is said where it was asked for.
  const notEqualised = ({ all }: Compiled) => all.filter(({ code }) => code === 'CAM408').length;
  expect(notEqualised(plain)).toBe(0);
  expect(notEqualised(await compile({ equalise: true }))).toBeGreaterThan(0);
}, 120_000);

it('an equalised network is measured for itself, before and after another', async () => {
  const [first, second] = [await compiler('resnet8_bn_kept'), await compiler('resnet8_bn_kept')];
  const plain = await first({});
  const balanced = await first({ equalise: true });
  expect(scalesOf(balanced)).not.toEqual(scalesOf(plain));
  expect(scalesOf(await second({ equalise: true }))).toEqual(scalesOf(balanced));
  expect(scalesOf(await second({}))).toEqual(scalesOf(plain));
}, 120_000);
