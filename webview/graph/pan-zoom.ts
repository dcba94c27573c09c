/** Pan and zoom of a world inside a viewport: wheel, drag, and by program. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

const limits = { min: 0.01, max: 3 };
/** So much of the world stays in view, in pixels. */
const kept = 80;

const between = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export class PanZoom {
  #camera: Camera = { x: 0, y: 0, zoom: 1 };
  /** The last press of the button moved the camera: no click follows from it. */
  dragged = false;
  /** Size of the viewport, told when it changes: asking the page would make it lay itself out for every event. */
  size = { width: Infinity, height: Infinity };
  /** Size of the world, which cannot be moved out of sight. */
  world: { readonly width: number; readonly height: number } | undefined;

  constructor(
    private readonly viewport: HTMLElement,
    private readonly moved: (camera: Camera) => void,
  ) {
    viewport.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    viewport.addEventListener('pointerdown', (event) => this.#drag(event));
  }

  get camera(): Camera {
    return this.#camera;
  }

  /** Keeps the middle in the middle when the viewport's width changes. */
  resized(by: number): void {
    this.set({ ...this.#camera, x: this.#camera.x + by / 2 });
  }

  set(camera: Camera): void {
    const zoom = between(camera.zoom, limits.min, limits.max);
    const { width, height } = this.world ?? { width: Infinity, height: Infinity };
    this.#camera = {
      x: between(camera.x, kept - width * zoom, this.size.width - kept),
      y: between(camera.y, kept - height * zoom, this.size.height - kept),
      zoom,
    };
    this.moved(this.#camera);
  }

  /** Zooms by a factor about a point of the viewport (default: its middle). */
  zoomBy(factor: number, at?: { x: number; y: number }): void {
    const { x, y, zoom } = this.#camera;
    const middle = at ?? { x: this.size.width / 2, y: this.size.height / 2 };
    const next = between(zoom * factor, limits.min, limits.max);
    this.set({
      x: middle.x - ((middle.x - x) * next) / zoom,
      y: middle.y - ((middle.y - y) * next) / zoom,
      zoom: next,
    });
  }

  /** Shows a whole rectangle of the world, no larger than life. */
  fit(width: number, height: number): void {
    const zoom = Math.min(1, this.size.width / width, this.size.height / height);
    this.set({
      x: (this.size.width - width * zoom) / 2,
      y: Math.max(0, (this.size.height - height * zoom) / 2),
      zoom,
    });
  }

  /** Brings a rectangle into view by the shortest way, clear of what stands over the upper and lower edge. */
  reveal(left: number, top: number, width: number, height: number): void {
    const { x, y, zoom } = this.#camera;
    const shift = (at: number, size: number, space: number, margin: number): number => {
      if (at < margin) return margin - at;
      return at + size > space - margin ? space - margin - at - size : 0;
    };
    const dx = shift(left * zoom + x, width * zoom, this.size.width, 24);
    const dy = shift(top * zoom + y, height * zoom, this.size.height, 52);
    if (dx !== 0 || dy !== 0) this.set({ x: x + dx, y: y + dy, zoom });
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      const box = this.viewport.getBoundingClientRect();
      this.zoomBy(Math.exp(-event.deltaY / 300), { x: event.clientX - box.left, y: event.clientY - box.top });
      return;
    }
    const { x, y, zoom } = this.#camera;
    const [dx, dy] = event.shiftKey ? [event.deltaY, event.deltaX] : [event.deltaX, event.deltaY];
    this.set({ x: x - dx, y: y - dy, zoom });
  }

  #drag(down: PointerEvent): void {
    if (down.button !== 0) return;
    const start = this.#camera;
    this.dragged = false;
    const move = (event: PointerEvent): void => {
      const [dx, dy] = [event.clientX - down.clientX, event.clientY - down.clientY];
      if (Math.hypot(dx, dy) < 3 && this.#camera === start) return;
      this.dragged = true;
      this.viewport.classList.add('dragging');
      this.set({ ...start, x: start.x + dx, y: start.y + dy });
    };
    const up = (): void => {
      this.viewport.classList.remove('dragging');
      window.removeEventListener('pointermove', move);
      window.removeEventListener('pointerup', up);
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', up);
  }
}
