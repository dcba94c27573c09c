/** Long work with a progress notification, stages and a Cancel button. */
import * as vscode from 'vscode';
import { randomUUID } from 'node:crypto';
import type { Services } from '../services.ts';

export function withProgress<T>(
  { server }: Services,
  title: string,
  work: (token: string, cancel: vscode.CancellationToken) => Promise<T>,
): Thenable<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, cancel) => {
    const id = randomUUID();
    let done = 0;
    const subscription = server.on('camber/progress', ({ token, stage, fraction }) => {
      if (token !== id) return;
      progress.report({ message: stage, increment: Math.max(0, fraction * 100 - done) });
      done = Math.max(done, fraction * 100);
    });
    try {
      return await work(id, cancel);
    } finally {
      subscription.dispose();
    }
  });
}
