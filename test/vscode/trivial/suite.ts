import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { runHostTests } from '../suite/runner.ts';

/** A suite of the trivial extension: one test passes, one fails, so that both are seen from outside. */
export const run = (): Promise<void> =>
  runHostTests([
    {
      name: 'the command answers',
      run: async () => assert.equal(await vscode.commands.executeCommand('trivial.greet'), 42),
    },
    {
      name: 'a failing test is told',
      run: async () => assert.equal(await vscode.commands.executeCommand('trivial.greet'), 43),
    },
  ]);
