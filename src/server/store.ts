/** The open models, by URI. */
import { RequestError } from '../protocol/channel.ts';
import type { Choices } from '../protocol/views.ts';
import { OpenModel, type OpenModelHost } from './open-model.ts';

export class ModelStore {
  readonly #models = new Map<string, OpenModel>();

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
    let model = this.find(uri);
    if (!model) {
      model = new OpenModel(uri, this.host, choices);
      this.#models.set(uri, model);
      void model.load();
    }
    model.holders++;
    return model;
  }

  /** Lets go of a model; returns it when that was its last holder. */
  close(uri: string): OpenModel | undefined {
    const model = this.find(uri);
    if (!model || --model.holders > 0) return undefined;
    this.#models.delete(uri);
    void model.dispose();
    return model;
  }
}
