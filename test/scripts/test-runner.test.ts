import { describe, expect, test } from 'vitest';
import { groupSkips, skipIsFailure } from '../../scripts/test/skips.ts';
import { countReport } from '../../scripts/test/vitest-results.ts';

const file = (status: string, ...tests: [string, string][]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map(([fullName, s]) => ({ fullName, status: s })),
});

describe('counting of test results', () => {
  test('passed, failed and skipped tests are told apart', () => {
    const report = { testResults: [file('failed', ['a', 'passed'], ['b', 'failed'], ['c', 'skipped'])] };
    expect(countReport(report)).toEqual({ passed: 1, failed: 1, skipped: ['c'] });
  });

  test('a file that does not load is one failure', () => {
    expect(countReport({ testResults: [file('failed')] })).toEqual({ passed: 0, failed: 1, skipped: [] });
  });

  test('a file whose hook throws after its tests passed is one failure', () => {
    const report = { testResults: [file('failed', ['a', 'passed'])] };
    expect(countReport(report)).toEqual({ passed: 1, failed: 1, skipped: [] });
  });
});

describe('skipped tests', () => {
  const tool = 'rtl [needs verilator] x';
  const data = 'oracles [needs shared models] x';
  const both = 'rtl [needs verilator, shared models] x';

  test('are grouped by what they need', () => {
    const groups = groupSkips([tool, tool, data, 'plain']);
    expect([...groups].map(([k, v]) => [k, v.length])).toEqual([
      ['verilator', 2],
      ['shared models', 1],
      ['no reason given', 1],
    ]);
  });

  test.each([
    [tool, {}, false],
    [tool, { CI: 'true' }, true],
    [data, { CI: 'true' }, false],
    [both, { CI: 'true' }, true],
    ['plain', { CI: 'true' }, true],
    ['plain', {}, false],
    [data, { CAMBER_STRICT: '1' }, true],
  ])('%s with %o is a failure: %s', (title, environment, expected) => {
    expect(skipIsFailure(title, environment)).toBe(expected);
  });
});
