/**
 * What the explanation of a block's output costs, against the bound of the operations that it takes: the schedule's
 * cycles, which the RTL's counters equal (`test/rtl/targets.test.ts`). `ARCHITECTURE.md` shows the table.
 */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { analyse } from '../../src/compiler/analyse.ts';
import { compile } from '../../src/compiler/compile.ts';
import { readModel } from '../../src/compiler/onnx/read.ts';
import { explanationBound } from '../../src/compiler/report/bound.ts';
import { calibrateModel } from '../../src/engine/compile-model.ts';
import { affinePreprocessing } from '../../src/engine/fixed-input.ts';
import { cifarPictures, spread, toTensor } from '../support/cifar.ts';
import { blockOutputs, targetNetworks } from '../support/targets.ts';
import { needs } from '../support/tools.ts';

/** Thousands grouped, as in the page. */
const grouped = (value: number) => value.toLocaleString('en-US');

needs('shared models')(
  'every block output as target, on 16x16, within 1.15 times its bound and 500 cycles',
  () => {
    it.each(targetNetworks)(
      '$name',
      async ({ name, bytes, preprocessing, blocks }) => {
        const { graph } = readModel(bytes());
        const pictures = spread(cifarPictures().calibration, 2).map(({ pixels }) =>
          toTensor(pixels, preprocessing),
        );
        const targets = blockOutputs(graph);
        expect(targets.length).toBe(blocks);
        const rows: string[] = [];
        const beyond: string[] = [];
        for (const target of targets) {
          const analysis = analyse(graph, { target });
          const table = await calibrateModel(analysis, { calibration: pictures });
          const cells = ([8, 16] as const).map((gradientBits) => {
            const affine = affinePreprocessing(preprocessing, 3);
            const options = { name, array: '16x16', gradientBits, preprocessing: affine };
            const { network, schedule, report } = compile(analysis, table, options);
            const { explanation, overhead } = report.cycles;
            const bound = explanationBound(network, schedule);
            if (explanation > 1.15 * bound + 500)
              beyond.push(`${target}, ${gradientBits} bits: ${explanation} cycles, bound ${bound}`);
            return `${grouped(explanation)} | ${grouped(bound)} | ${overhead.toFixed(3)}`;
          });
          const block = target.replace(/^\/blocks\/|^\/|\/?(Relu)?_output_0$/g, '');
          rows.push(`| ${name}, ${block} | ${cells.join(' | ')} |`);
        }
        console.log(rows.join('\n'));
        expect(beyond).toEqual([]);
        const page = await readFile(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');
        for (const row of rows) expect(page).toContain(row);
      },
      300_000,
    );
  },
);
