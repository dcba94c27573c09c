/** One row of the heat maps: the picture, float map, fixed-point map, their difference, and what was answered. */
import type { ErrorData } from '../../src/protocol/requests.ts';
import type { EngineAnswer, HeatMapRow, MapFidelityView, PictureView } from '../../src/protocol/views.ts';
import { h } from '../shared/dom.ts';
import { diagnosticList } from '../shared/states.ts';
import { button, progressRing } from '../shared/toolkit.ts';
import { difference } from './maps.ts';
import { paint, type ColourMap } from './paint.ts';
import { decimal, probability } from './text.ts';
import { t } from '../shared/text.ts';

export interface Look {
  readonly colours: ColourMap;
  readonly opacity: number;
}

/** One picture of a row, as it can be drawn at any size. */
export interface Cell {
  readonly title: string;
  /** Class and score, or how far two maps agree; a line each. */
  readonly notes: readonly string[];
  readonly hint?: string;
  /** Height over width. */
  readonly aspect: number;
  /** Absent where there is nothing to draw: the notes say why. */
  readonly draw?: (canvas: HTMLCanvasElement, look: Look) => void;
}

export interface RowEvents {
  readonly enlarge: (row: Row, cell: number) => void;
  readonly save: (row: Row) => void;
  readonly remove: (row: Row) => void;
}

/** Pixels across a cell's canvas; the style sheet fits it into its column. */
const cellPixels = 256;

const maximum = (answer: EngineAnswer): number => Math.max(0, ...answer.map.values);

async function loadPicture(source: string | undefined): Promise<HTMLImageElement | undefined> {
  if (source === undefined) return undefined;
  const image = new Image();
  image.src = source;
  await image.decode();
  return image;
}

function answerNotes(answer: EngineAnswer): string[] {
  const name = answer.label ?? t('class {0}', answer.class);
  const sure = answer.probability === undefined ? '' : ` · ${probability(answer.probability)}`;
  const zero = maximum(answer) === 0 ? [t('map all zero')] : [];
  return [name, `${t('score {0}', decimal(answer.score, 2))}${sure}`, ...zero];
}

const fidelityHint = t(
  'Agreement of the fixed-point map with the float map, 1 is perfect. Pearson: of the values. Spearman: of their ranks. IoU: of the 20 % highest pixels. Apart: in shares of the maximum.',
);

const fidelityNotes = ({ pearson, spearman, iou }: MapFidelityView): string[] => [
  `Pearson ${decimal(pearson, 4)}`,
  `Spearman ${decimal(spearman, 4)}`,
  `IoU ${decimal(iou, 2)}`,
];

export class Row {
  readonly element: HTMLElement;
  cells: readonly Cell[] = [];
  #canvases: { canvas: HTMLCanvasElement; cell: Cell }[] = [];
  readonly #cells = h('div', { class: 'cells' });
  readonly #tools: HTMLElement;
  #waits = true;

  constructor(
    readonly view: PictureView,
    private readonly events: RowEvents,
  ) {
    const caption = view.caption === undefined ? undefined : h('span', { class: 'caption' }, view.caption);
    this.#tools = h(
      'div',
      { class: 'row-tools' },
      button({
        label: t('Save the maps of {0} as PNG', view.title),
        icon: 'save',
        appearance: 'icon',
        onClick: () => this.events.save(this),
      }),
      view.added
        ? button({
            label: t('Remove {0}', view.title),
            icon: 'close',
            appearance: 'icon',
            onClick: () => this.events.remove(this),
          })
        : undefined,
    );
    this.element = h(
      'section',
      { class: 'row', attributes: { 'aria-label': view.title, 'data-picture': view.title } },
      h('div', { class: 'row-head' }, h('h2', {}, view.title, caption), this.#tools),
      this.#cells,
    );
    this.#cells.append(progressRing());
  }

  async show(answer: HeatMapRow, look: Look): Promise<void> {
    const picture = await loadPicture(answer.image);
    this.#waits = false;
    this.element.classList.remove('stale');
    this.element.removeAttribute('aria-busy');
    this.cells = cellsOf(answer, picture);
    this.#canvases = [];
    const elements = this.cells.map((cell, index) => this.#cell(cell, index));
    const problems = answer.diagnostics.length > 0 ? [diagnosticList(answer.diagnostics)] : [];
    this.#cells.replaceChildren(...elements, ...problems);
    this.draw(look);
  }

  /** No answer is there yet, or what is shown is out of date. */
  get waits(): boolean {
    return this.#waits;
  }

  /** Old maps stay, dimmed, until new ones are there. */
  dim(): void {
    this.#waits = true;
    this.element.classList.add('stale');
    this.element.setAttribute('aria-busy', 'true');
  }

  fail(error: ErrorData): void {
    this.#waits = false;
    this.cells = [];
    this.#canvases = [];
    this.element.classList.remove('stale');
    this.element.removeAttribute('aria-busy');
    const problems =
      error.diagnostics.length > 0 ? diagnosticList(error.diagnostics) : h('p', {}, error.message);
    this.#cells.replaceChildren(problems);
  }

  draw(look: Look): void {
    for (const { canvas, cell } of this.#canvases) cell.draw?.(canvas, look);
  }

  /** The row as one picture: its cells side by side, titles above. */
  picture(look: Look): HTMLCanvasElement {
    const drawn = this.cells.filter((c) => c.draw);
    const gap = 8;
    const size = 320;
    const head = 24;
    const canvas = h('canvas');
    canvas.width = drawn.length * (size + gap) - gap;
    canvas.height = head + Math.max(...drawn.map((c) => Math.round(size * c.aspect)));
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = '#000000';
    context.font = '13px sans-serif';
    drawn.forEach((cell, i) => {
      const part = h('canvas', { attributes: { width: size, height: Math.round(size * cell.aspect) } });
      cell.draw!(part, look);
      context.fillText([cell.title, cell.notes[0]].filter(Boolean).join(': '), i * (size + gap), 16);
      context.drawImage(part, i * (size + gap), head);
    });
    return canvas;
  }

  #cell(cell: Cell, index: number): HTMLElement {
    const caption = h(
      'figcaption',
      cell.hint === undefined ? {} : { attributes: { title: cell.hint } },
      h('span', { class: 'engine' }, cell.title),
      ...cell.notes.map((note) => h('span', {}, note)),
    );
    if (!cell.draw) {
      const blank = h('div', { class: 'blank' });
      blank.style.aspectRatio = String(1 / cell.aspect);
      return h('figure', { class: 'cell none' }, blank, caption);
    }
    const canvas = h('canvas', {
      attributes: { width: cellPixels, height: Math.round(cellPixels * cell.aspect), 'aria-hidden': 'true' },
    });
    this.#canvases.push({ canvas, cell });
    const label = t('{0}. Enlarge', [cell.title, ...cell.notes].join(', '));
    const enlarge = h(
      'button',
      {
        class: 'enlarge',
        attributes: { type: 'button', 'aria-label': label },
        on: { click: () => this.events.enlarge(this, index) },
      },
      canvas,
    );
    return h('figure', { class: 'cell figure' }, enlarge, caption);
  }
}

function cellsOf(answer: HeatMapRow, picture: HTMLImageElement | undefined): Cell[] {
  const { float, fixed, floatOnly, fidelity } = answer;
  const aspect = picture ? picture.naturalHeight / picture.naturalWidth : 1;
  const map = (title: string, engine: EngineAnswer): Cell => ({
    title,
    notes: answerNotes(engine),
    aspect,
    draw: (canvas, { colours, opacity }) =>
      paint(canvas, { picture, map: engine.map, max: maximum(engine), colours, opacity }),
  });
  const cells: Cell[] = [
    {
      title: t('Picture'),
      notes: picture ? [] : ['an array, fed as it is'],
      aspect,
      ...(picture
        ? { draw: (canvas, { colours }) => paint(canvas, { picture, max: 0, colours, opacity: 0 }) }
        : {}),
    },
  ];
  if (float) cells.push(map(t('Float'), float));
  if (fixed) cells.push(map(t('Fixed point'), fixed));
  if (float && fixed) {
    const difference_ = difference(float.map, fixed.map);
    const most = t('at most {0} apart', probability(Math.max(...difference_.values)));
    cells.push({
      title: t('Difference'),
      notes: [
        ...(fidelity ? fidelityNotes(fidelity) : ['nothing to correlate: the float map is all zero']),
        most,
      ],
      hint: fidelityHint,
      aspect,
      // Read as a map of its own, not over the picture, on the scale of the maps.
      draw: (canvas, { colours }) => paint(canvas, { map: difference_, max: 1, colours, opacity: 1 }),
    });
  }
  if (floatOnly) {
    const hint = t('The accelerator computes GradCAM; this method runs in floating point only.');
    cells.push({ title: t('Fixed point'), notes: [t('float only')], hint, aspect });
  }
  return cells;
}
