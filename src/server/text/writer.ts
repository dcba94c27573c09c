/**
 * Builds a text while keeping track of where tensors stand in it.
 */

/** A tensor's name in the text. Lines and columns count from 0, as in the Language Server Protocol. */
export interface TensorSpan {
  readonly tensor: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly role: 'definition' | 'use';
}

export class TextWriter {
  readonly #lines: string[] = [];
  #current = '';
  readonly spans: TensorSpan[] = [];

  /** Number of the line that is being written. */
  get line(): number {
    return this.#lines.length;
  }

  write(text: string): void {
    this.#current += text;
  }

  tensor(tensor: string, text: string, role: TensorSpan['role']): void {
    const start = this.#current.length;
    this.#current += text;
    this.spans.push({ tensor, line: this.line, start, end: this.#current.length, role });
  }

  endLine(text = ''): void {
    this.#lines.push(this.#current + text);
    this.#current = '';
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}
