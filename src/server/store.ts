/** The open models, by URI. One that was closed is kept a little longer, so that opening it again costs nothing. */
import { RequestError } from '../protocol/channel.ts';
import type { Choices } from '../protocol/views.ts';
import { OpenModel, type OpenModelHost } from './open-model.ts';

/** For how long, in milliseconds, and how many. */
const kept = { time: 60_000, models: 2 };

export class ModelStore {
  readonly #models = new Map<string, OpenModel>();
  /** Closed models, the one closed last at the end. */
  readonly #closed = new Map<string, { model: OpenModel; timer: ReturnType<typeof setTimeout> }>();

  constructor(private readonly host: OpenModelHost) {}

  get all(): Iterable<OpenModel> {
    return this.#models.values();
  }

  find(uri: string): OpenModel | undefined {
    return this.#models.get(uri);
  }

  /** The open model, or a refusal that says what is wrong. */
  get(uri: string): OpenModel {
    const model = this.find(uri);
    if (!model) throw new RequestError({ message: `No open model: ${uri}`, diagnostics: [] });
    return model;
  }

  /** Opens a model, or holds an open one once more. Reading goes on in the background. */
  open(uri: string, choices: Choices = {}): OpenModel {
    const open = this.find(uri);
    const model = open ?? this.#reopened(uri) ?? new OpenModel(uri, this.host, choices);
    model.holders++;
    if (open) return open;
    this.#models.set(uri, model);
    // Read even where it is known: the file may have changed meanwhile.
    void model.load();
    if (JSON.stringify(model.state.choices) !== JSON.stringify(choices)) model.choose(choices);
    else if (model.state.revision > 0) this.host.changed(model);
    return model;
  }

  /** Lets go of a model; returns it when that was its last holder. */
  close(uri: string): OpenModel | undefined {
    const model = this.find(uri);
    if (!model || --model.holders > 0) return undefined;
    this.#models.delete(uri);
    model.rest();
    const timer = setTimeout(() => this.#drop(uri), kept.time);
    timer.unref();
    this.#closed.set(uri, { model, timer });
    const [oldest] = this.#closed.keys();
    if (this.#closed.size > kept.models && oldest !== undefined) this.#drop(oldest);
    return model;
  }

  #reopened(uri: string): OpenModel | undefined {
    const closed = this.#closed.get(uri);
    clearTimeout(closed?.timer);
    this.#closed.delete(uri);
    return closed?.model;
  }

  #drop(uri: string): void {
    const model = this.#reopened(uri);
    void model?.dispose();
  }
}
