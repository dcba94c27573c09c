/** The arrays that a model could have, kept until its target, its device or the file itself changes. */
import type { ExploreView } from '../protocol/views.ts';
import type { Jobs } from './jobs.ts';
import type { Models } from './models.ts';
import type { Server } from './client.ts';

export class Explorer {
  readonly #known = new Map<string, { readonly key: string; readonly view: Promise<ExploreView> }>();

  constructor(
    private readonly server: Server,
    private readonly models: Models,
    private readonly jobs: Jobs,
  ) {}

  /** What is known, or being found, for what is chosen now. */
  async known(uri: string): Promise<ExploreView | undefined> {
    const known = this.#known.get(uri);
    return known?.key === this.#key(uri) ? known.view : undefined;
  }

  explore(uri: string): Promise<ExploreView> {
    const key = this.#key(uri);
    const known = this.#known.get(uri);
    if (known?.key === key && !this.jobs.isEnding('explore', uri)) return known.view;
    // What is under way is for other choices.
    this.jobs.cancel('explore', uri);
    const view = this.jobs.run({ job: 'explore', uri }, (token, cancel) =>
      this.server.ask('camber/explore', { uri, token }, cancel),
    );
    this.#known.set(uri, { key, view });
    view.catch(() => {
      if (this.#known.get(uri)?.view === view) this.#known.delete(uri);
    });
    return view;
  }

  #key(uri: string): string {
    const { revision, choices, compiled } = this.models.state(uri) ?? {};
    return JSON.stringify([
      revision,
      choices?.target ?? compiled?.target.tensor,
      choices?.class,
      choices?.device ?? compiled?.device.part,
    ]);
  }
}
