import { readsTwoWords, readsWeights, type Schedule, weightCounts } from './operation.ts';
import { walkRange } from './walk.ts';
import { tableEntries } from './table-layout.ts';
import type { Problems } from './problems.ts';

/** Weight and parameter addresses within their memories, for every class that may be chosen. */
export function checkTables(schedule: Schedule, problems: Problems): void {
  const { shape, depths, classes } = schedule;
  const { rows, columns, lanes } = shape;
  if (schedule.weightWords.length !== depths.weights * rows * columns) {
    problems.report('weights', undefined, 'The weight memory and its contents differ in size.');
  }
  if (schedule.parameters.length !== depths.parameters * lanes) {
    problems.report('parameters', undefined, 'The parameter memory and its contents differ in size.');
  }
  if (schedule.tables.length !== depths.table) {
    problems.report('tables', undefined, 'The table memory and its contents differ in size.');
  }
  schedule.operations.forEach(({ operation }, index) => {
    const { weights, output, layer, counts } = operation;
    if (counts.some((count) => !Number.isInteger(count) || count < 1)) {
      problems.report('counts', index, `Operation ${index} (${layer}) has a loop without turns.`);
    }
    const isOneHot = operation.activation.source === 'oneHot';
    if (isOneHot && readsTwoWords(operation, shape) && counts[6] > 1) {
      problems.report(
        'transposed',
        index,
        `Operation ${index} (${layer}) reads more words than the one that its class is in.`,
      );
    }
    if (
      output.table !== undefined &&
      (output.table < 0 || (output.table + 1) * tableEntries > depths.table)
    ) {
      problems.report('table', index, `Operation ${index} (${layer}) reads beyond the table memory.`);
    }
    if (readsWeights(operation)) {
      const [least, greatest] = walkRange(weights.walk, weightCounts(operation, shape));
      const beyond = readsTwoWords(operation, shape) ? 1 : 0;
      const lastClass = Math.floor((classes - 1) / columns) * weights.classStride;
      if (least < 0 || greatest + beyond + lastClass >= depths.weights) {
        problems.report('weights', index, `Operation ${index} (${layer}) reads beyond the weight memory.`);
      }
    }
    const groups = columns / lanes;
    const single = output.destination === 'map' || output.destination === 'bias';
    const used = output.classColumn ? Math.ceil(classes / lanes) : single ? 1 : counts[0] * groups;
    if (output.parameters < 0 || output.parameters + used > depths.parameters) {
      problems.report(
        'parameters',
        index,
        `Operation ${index} (${layer}) reads beyond the parameter memory.`,
      );
    }
    const { side } = operation;
    if (side) {
      if (side.parameters < 0 || side.parameters + counts[0] * groups > depths.parameters)
        problems.report('side', index, `Operation ${index} (${layer}) reads beyond the parameter memory.`);
      const isPlain =
        output.destination === 'activation' &&
        output.planes === 1 &&
        !output.biasRegister &&
        operation.mask.mode !== 'read' &&
        (operation.port.planes > 0 || !side.residual);
      if (!isPlain)
        problems.report('side', index, `Operation ${index} (${layer}) cannot have a side output.`);
    }
    if (counts[0] * columns < output.channels || (counts[0] - 1) * columns >= output.channels) {
      if (!single)
        problems.report('tiles', index, `Operation ${index} (${layer}) has the wrong number of tiles.`);
    }
  });
}

/** Every score and every map value is written once. */
export function checkResults(schedule: Schedule, problems: Problems): void {
  const { classes, mapValues, depths, shape } = schedule;
  if (depths.result !== classes + mapValues) {
    problems.report('result', undefined, 'The result memory does not hold just the scores and the map.');
  }
  const written = new Uint8Array(classes + mapValues);
  schedule.operations.forEach(({ operation }, index) => {
    const { destination, walk, channels } = operation.output;
    if (destination !== 'scores' && destination !== 'map') return;
    const [tiles, rows, columns] = operation.counts;
    for (let t = 0; t < tiles; t++) {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const base = walk.base + t * walk.strides[0] + r * walk.strides[1] + c * walk.strides[2];
          const many = destination === 'map' ? 1 : Math.min(shape.columns, channels - t * shape.columns);
          for (let k = 0; k < many; k++) {
            const at = destination === 'map' ? classes + base : base + k;
            const legal =
              destination === 'map' ? at >= classes && at < classes + mapValues : at >= 0 && at < classes;
            if (!legal || written[at]) {
              problems.report(
                'result',
                index,
                `Operation ${index} writes result ${at} twice or out of range.`,
              );
            }
            written[at] = 1;
          }
        }
      }
    }
  });
  const missing = written.indexOf(0);
  if (missing >= 0) problems.report('result missing', undefined, `Result ${missing} is never written.`);
}
