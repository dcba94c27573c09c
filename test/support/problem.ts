import { expect } from 'vitest';
import { CompileError, type Diagnostic } from '../../src/compiler/diagnostics.ts';

/** The first diagnostic that a promise rejects with; fails where it does not. */
export async function problem(promise: Promise<unknown>): Promise<Diagnostic> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(CompileError);
  return (error as CompileError).diagnostics[0]!;
}
