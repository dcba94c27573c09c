/** Whole networks on the RTL: every write, mask, score and map value, and the counters to the cycle. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { preprocessingPresets } from '../../src/compiler/input/preprocessing.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { execute } from '../../src/compiler/quantize/executor.ts';
import { compareLayers } from '../../src/compiler/schedule/compare.ts';
import { interpret } from '../../src/compiler/schedule/interpreter.ts';
import { compileModel } from '../../src/engine/compile-model.ts';
import { affinePreprocessing } from '../../src/engine/fixed-input.ts';
import { Random } from '../compiler/schedule/support/random.ts';
import { sample } from '../cli/support.ts';
import { toTensor } from '../support/cifar.ts';
import { trainedModel } from '../support/cifar.ts';
import type { SimulatedRun } from '../../src/toolchain/simulation.ts';
import { needs } from '../support/tools.ts';
import { simulateSchedule } from './support/simulation.ts';

interface Network {
  readonly name: string;
  readonly bytes: () => Uint8Array;
  readonly preprocessing: keyof typeof preprocessingPresets;
  /** The last layer and one middle block. */
  readonly targets: readonly (string | undefined)[];
}

const resnet18: Network = {
  name: 'ResNet18-w16 (the sample)',
  bytes: () => readFileSync(sample),
  preprocessing: 'cifar10',
  targets: [undefined, '/blocks/blocks.3/relu2/Relu_output_0'],
};

const resnet8: Network = {
  name: 'MLPerf Tiny ResNet-8',
  bytes: () => trainedModel('mlperf_tiny_resnet8_cifar10'),
  preprocessing: 'raw',
  targets: [undefined, '/activation_2/Relu_output_0'],
};

/** Random blocks of colour: pictures with edges, so that ranges and masks are not trivial. */
function picture(seed: number): Uint8Array {
  const random = new Random(seed);
  const blocks = Array.from({ length: 16 * 3 }, () => random.integer(0, 255));
  return Uint8Array.from({ length: 3072 }, (_, i) => {
    const [y, x] = [Math.floor(i / 96), Math.floor(i / 3) % 32];
    return blocks[((y >> 3) * 4 + (x >> 3)) * 3 + (i % 3)]! ^ random.integer(0, 15);
  });
}

function networks(list: readonly Network[]): void {
  for (const { name, bytes, preprocessing, targets } of list) {
    for (const array of ['8x8', '16x16']) {
      for (const target of targets) {
        it(`${name}, ${array}, ${target ?? 'last layer'}`, async () => {
          const how = preprocessingPresets[preprocessing];
          const { network, schedule, report } = await compileModel(readModel(bytes()).graph, {
            name,
            array,
            calibration: [1, 2, 3].map((seed) => toTensor(picture(seed), how)),
            preprocessing: affinePreprocessing(how, 3),
            ...(target === undefined ? {} : { target }),
          });
          const pictures = [{ pixels: picture(4) }, { pixels: picture(5), fixedClass: 7 }];
          // The expectations come from the interpreter; the layer-level executor must agree with them first.
          for (const { pixels, fixedClass } of pictures) {
            const lowered = interpret(schedule, pixels, fixedClass);
            const reference = execute(
              network,
              pixels,
              fixedClass === undefined ? {} : { classIndex: fixedClass },
            );
            expect(compareLayers(network, schedule, lowered, reference).differences).toEqual([]);
          }
          const result = await simulateSchedule(schedule, pictures, { packed: array === '16x16' });
          expect(result.mismatches).toEqual([]);
          expect(result.passed).toBe(true);
          for (const { inference, explanation } of result.runs)
            expect({ inference, explanation }).toEqual(schedule.cycles);
          if (target !== undefined || array !== '16x16') return;
          // The bars of the paper and of the design for the last layer on 16x16.
          expect(report.cycles.overhead).toBeLessThan(0.01);
          expect(report.utilization.inference).toBeGreaterThanOrEqual(0.8);
        }, 240_000);
      }
    }
  }
}

needs('verilator')('the sample network on Verilator', () => networks([resnet18]));
needs('verilator', 'shared models')('the MLPerf network on Verilator', () => networks([resnet8]));

needs('shared models')('ResNet-8 on the embedded simulator', () => {
  it('16x16: every write, the scores, the map and the counters, in seconds', async () => {
    const how = preprocessingPresets[resnet8.preprocessing];
    const { schedule } = await compileModel(readModel(resnet8.bytes()).graph, {
      name: resnet8.name,
      array: '16x16',
      calibration: [1, 2, 3].map((seed) => toTensor(picture(seed), how)),
      preprocessing: affinePreprocessing(how, 3),
    });
    const result = await simulateSchedule(schedule, [{ pixels: picture(4) }], { simulator: 'embedded' });
    expect(result.mismatches).toEqual([]);
    expect(result.passed).toBe(true);
    const [{ inference, explanation }] = result.runs as [SimulatedRun];
    expect({ inference, explanation }).toEqual(schedule.cycles);
  }, 240_000);
});
