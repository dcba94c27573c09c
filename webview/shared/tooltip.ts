/** What is said about the thing under the pointer, in the look of the editor's hovers. */
import { h } from './dom.ts';

const delay = 300;
const gap = 14;

export class Tooltip {
  readonly element = h('div', { class: 'tooltip', attributes: { role: 'tooltip', hidden: true } });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #subject: unknown;

  /**
   * The pointer is over something; shows what `make` gives once it has rested.
   *
   * @param subject tells things apart: the same one again only moves the tooltip
   */
  over(
    subject: unknown,
    at: { clientX: number; clientY: number },
    make: () => HTMLElement | undefined,
  ): void {
    if (subject === this.#subject && !this.element.hidden) return this.#place(at);
    this.#subject = subject;
    clearTimeout(this.#timer);
    const show = (): void => {
      const content = make();
      if (!content) return this.hide();
      this.element.replaceChildren(content);
      this.element.hidden = false;
      this.#place(at);
    };
    // Once shown, it follows at once from thing to thing.
    if (this.element.hidden) this.#timer = setTimeout(show, delay);
    else show();
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#subject = undefined;
    this.element.hidden = true;
  }

  #place({ clientX, clientY }: { clientX: number; clientY: number }): void {
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const right = clientX + gap;
    const left = right + width <= window.innerWidth - 4 ? right : Math.max(4, clientX - gap - width);
    const below = clientY + gap;
    const top =
      below + height <= window.innerHeight - 4 ? below : Math.max(4, window.innerHeight - height - 4);
    this.element.style.transform = `translate(${left}px, ${top}px)`;
  }
}
