/** Collects problems, at most one per operation and kind, so that one wrong stride does not give thousands. */
export class Problems {
  readonly found = new Map<string, string>();

  report(kind: string, operation: number | undefined, message: string): void {
    const key = `${kind} ${operation ?? ''}`;
    if (!this.found.has(key)) this.found.set(key, message);
  }
}
