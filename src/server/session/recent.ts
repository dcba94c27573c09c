/** Keeps the results used last, by key. A computation that fails is not kept. */
export class Recent<T> {
  readonly #values = new Map<string, T>();

  constructor(
    private readonly limit: number,
    private readonly dropped: (value: T) => unknown = () => undefined,
  ) {}

  async get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#values.get(key);
    const value = known ?? (await make());
    this.#values.delete(key);
    this.#values.set(key, value);
    for (const [oldest, old] of this.#values) {
      if (this.#values.size <= this.limit) break;
      this.#values.delete(oldest);
      this.dropped(old);
    }
    return value;
  }
}
