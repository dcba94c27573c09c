/** Text tables for terminals. */

export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
}

/** Rows under titles, columns two spaces apart. */
export function formatTable<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const cells = [columns.map((c) => c.title), ...rows.map((row) => columns.map((c) => c.value(row)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]!.length)));
  const align = (text: string, i: number) =>
    columns[i]!.right ? text.padStart(widths[i]!) : text.padEnd(widths[i]!);
  return cells.map((line) => line.map(align).join('  ').trimEnd()).join('\n');
}

/** 1234567 -> `1,234,567`. */
export const grouped = (n: number): string => n.toLocaleString('en-US');

/** [1, 16, 32, 32] -> `1x16x32x32`. */
export const formatShape = (shape: readonly number[] | undefined): string =>
  shape === undefined ? '?' : shape.length === 0 ? 'scalar' : shape.join('x');
