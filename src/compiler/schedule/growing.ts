type Numbers = Int8Array | Uint8Array | Int32Array;

/** A typed array that grows at its end. Values are stored as the array's type has them. */
export class Growing<T extends Numbers> {
  #values: T;
  #length = 0;

  constructor(private readonly type: new (length: number) => T) {
    this.#values = new type(64);
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new this.type(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** What has been pushed, as an array of its own. */
  taken(): T {
    return this.#values.slice(0, this.#length) as T;
  }
}
