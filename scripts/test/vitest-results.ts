import { readFileSync } from 'node:fs';

/** What a step of `npm test` found. */
export interface StepResult {
  readonly passed: number;
  readonly failed: number;
  /** Full titles of the tests that were left out. */
  readonly skipped: readonly string[];
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/**
 * Counts a report of Vitest's JSON reporter. A file that failed without a failed test in it (it did not load, or a
 * hook threw) counts as one failure.
 */
export function countReport(report: VitestReport): StepResult {
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  for (const file of report.testResults) {
    const failedBefore = failed;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed') failed++;
      else skipped.push(test.fullName);
    }
    if (file.status === 'failed' && failed === failedBefore) failed++;
  }
  return { passed, failed, skipped };
}

export const readReport = (file: string): StepResult =>
  countReport(JSON.parse(readFileSync(file, 'utf8')) as VitestReport);
