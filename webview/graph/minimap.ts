/** The whole graph beside the view, as the editor's own minimap shows a text: a slider marks what is in sight. */
import { h } from '../shared/dom.ts';
import type { Scene } from './canvas.ts';
import { colourOf } from './figures.ts';
import { blockSize } from './layout.ts';
import type { Camera } from './pan-zoom.ts';
import type { ThemeColours } from './theme.ts';

const width = 72;
/** Largest scale: a small model keeps its proportions. */
const largest = 0.2;

export class Minimap {
  readonly #canvas = h('canvas');
  readonly #slider = h('div', { class: 'slider' });
  /** For the pointer alone: the keyboard walks the graph itself. */
  readonly element = h(
    'div',
    { class: 'minimap', attributes: { 'aria-hidden': 'true' } },
    this.#canvas,
    this.#slider,
  );
  #scale = { x: 1, y: 1 };

  /**
   * @param centre called with the point of the world that is to come into the middle of the view
   */
  constructor(centre: (x: number | undefined, y: number) => void) {
    const go = (event: PointerEvent): void => {
      const box = this.element.getBoundingClientRect();
      centre(undefined, (event.clientY - box.top) / this.#scale.y);
    };
    this.element.addEventListener('pointerdown', (down) => {
      this.element.setPointerCapture(down.pointerId);
      go(down);
    });
    this.element.addEventListener('pointermove', (event) => {
      if (this.element.hasPointerCapture(event.pointerId)) go(event);
    });
  }

  /** Paints the graph; needed only when it, its figures or its theme change. */
  paint({ layout, draw, selected }: Scene, colours: ThemeColours): void {
    const height = this.element.clientHeight;
    const x = Math.min(largest, width / layout.width);
    this.#scale = { x, y: Math.min(x, height / layout.height) };
    const ratio = window.devicePixelRatio;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    const context = this.#canvas.getContext('2d')!;
    context.scale(ratio, ratio);
    const size = { width: blockSize.width * x, height: Math.max(1, blockSize.height * this.#scale.y) };
    layout.places.forEach((place, i) => {
      const value = draw.values[i];
      // What has no figure must not stand out.
      context.globalAlpha = value === undefined ? 0.3 : 1;
      context.fillStyle = value === undefined ? colours.edge : colourOf(value, draw.most);
      context.fillRect(
        place.x * x - size.width / 2,
        place.y * this.#scale.y - size.height / 2,
        size.width,
        size.height,
      );
    });
    context.globalAlpha = 1;
    for (const [index, colour] of [
      [draw.target, colours.heatmap],
      [selected, colours.focus],
    ] as const) {
      const place = layout.places[index];
      if (!place) continue;
      context.fillStyle = colour;
      context.fillRect(0, place.y * this.#scale.y - 1, width, 2);
    }
  }

  /** Moves the slider to what a camera sees. */
  follow({ y, zoom }: Camera, viewHeight: number): void {
    const top = (-y / zoom) * this.#scale.y;
    this.#slider.style.transform = `translateY(${top}px)`;
    this.#slider.style.height = `${Math.max(8, (viewHeight / zoom) * this.#scale.y)}px`;
  }
}
