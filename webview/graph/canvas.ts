/**
 * What is painted beneath the blocks: the edges, and from far away the blocks themselves, whose text could not be read
 * there. Painted anew for every frame, only what is in sight, so that the size of the model does not matter.
 */
import { h } from '../shared/dom.ts';
import { colourOf, type Drawing } from './figures.ts';
import { blockSize, type GraphLayout } from './layout.ts';
import type { Camera } from './pan-zoom.ts';
import type { Repeat } from './structure.ts';
import type { ThemeColours } from './theme.ts';

/** Below this zoom blocks are painted, above it they are elements. */
export const farZoom = 0.4;

export interface Scene {
  readonly layout: GraphLayout;
  readonly draw: Drawing;
  readonly selected: number;
  readonly brackets: readonly Bracket[];
}

/** Size of the view, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The mark beside a stretch that repeats, in the world's coordinates. */
export interface Bracket {
  readonly repeat: Repeat;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

export class SceneCanvas {
  readonly element = h('canvas', { class: 'scene', attributes: { 'aria-hidden': 'true' } });
  readonly #context = this.element.getContext('2d')!;

  /** Paints the scene as a camera sees it. */
  paint(scene: Scene, camera: Camera, size: Size, colours: ThemeColours): void {
    const { width, height } = size;
    const ratio = window.devicePixelRatio;
    if (this.element.width !== Math.round(width * ratio)) this.element.width = Math.round(width * ratio);
    if (this.element.height !== Math.round(height * ratio)) this.element.height = Math.round(height * ratio);
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.element.width, this.element.height);
    const { x, y, zoom } = camera;
    context.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * x, ratio * y);
    const top = -y / zoom;
    const bottom = (height - y) / zoom;
    this.#edges(scene, top, bottom, zoom, colours);
    this.#brackets(scene, top, bottom, zoom, colours);
    if (zoom < farZoom) this.#blocks(scene, top, bottom, zoom, colours);
  }

  #edges({ layout, draw }: Scene, top: number, bottom: number, zoom: number, colours: ThemeColours): void {
    const context = this.#context;
    const plain = new Path2D();
    const backward = new Path2D();
    for (const { from, to, points } of layout.edges) {
      const first = points[0];
      const last = points.at(-1);
      if (!first || !last || last.y < top || first.y > bottom) continue;
      const path =
        draw.backward.has(to) && (draw.backward.has(from) || from === draw.target) ? backward : plain;
      path.moveTo(first.x, first.y);
      for (const { x, y } of points.slice(1)) path.lineTo(x, y);
    }
    context.lineWidth = 1 / zoom;
    context.strokeStyle = colours.edge;
    context.globalAlpha = 0.7;
    context.stroke(plain);
    context.globalAlpha = 1;
    context.lineWidth = 2 / zoom;
    context.strokeStyle = colours.gradient;
    context.stroke(backward);
  }

  #brackets({ brackets }: Scene, top: number, bottom: number, zoom: number, colours: ThemeColours): void {
    const context = this.#context;
    context.beginPath();
    for (const bracket of brackets) {
      if (bracket.bottom < top || bracket.top > bottom) continue;
      context.moveTo(bracket.x + 6, bracket.top);
      context.lineTo(bracket.x, bracket.top);
      context.lineTo(bracket.x, bracket.bottom);
      context.lineTo(bracket.x + 6, bracket.bottom);
    }
    context.lineWidth = 1 / zoom;
    context.strokeStyle = colours.edge;
    context.stroke();
  }

  #blocks(scene: Scene, top: number, bottom: number, zoom: number, colours: ThemeColours): void {
    const { layout, draw, selected } = scene;
    const context = this.#context;
    const { width, height } = blockSize;
    layout.places.forEach(({ x, y }, i) => {
      if (y + height < top || y - height > bottom) return;
      const value = draw.values[i];
      context.fillStyle = value === undefined ? colours.block : colourOf(value, draw.most);
      context.fillRect(x - width / 2, y - height / 2, width, height);
      const marked = i === selected || i === draw.target || draw.troubled.has(i);
      context.lineWidth = (marked ? 2.5 : 1) / zoom;
      context.strokeStyle = markColour(i, scene, colours);
      context.setLineDash(i === draw.target && i !== selected ? [6 / zoom, 3 / zoom] : []);
      context.strokeRect(x - width / 2, y - height / 2, width, height);
    });
    context.setLineDash([]);
  }
}

function markColour(i: number, { draw, selected }: Scene, colours: ThemeColours): string {
  if (i === selected) return colours.focus;
  if (i === draw.target) return colours.heatmap;
  if (draw.troubled.has(i)) return colours.warning;
  return draw.backward.has(i) ? colours.gradient : colours.border;
}
