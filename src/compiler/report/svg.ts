/** Text for HTML and SVG. */
export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}

/** 139012 -> 139,012 */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A rectangle with a tooltip; sizes in user units, two decimals. */
export function bar(
  x: number,
  y: number,
  width: number,
  height: number,
  className: string,
  title: string,
): string {
  const n = (value: number) => String(Number(value.toFixed(2)));
  const box = `x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"`;
  return `<rect class="${className}" ${box}><title>${escape(title)}</title></rect>`;
}

export function label(
  x: number,
  y: number,
  text: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  return `<text x="${Number(x.toFixed(2))}" y="${Number(y.toFixed(2))}" text-anchor="${anchor}">${escape(text)}</text>`;
}
