import '../shared/base.css';
import './graph.css';
import { remember, remembered } from '../shared/api.ts';
import { hasModel, watch } from '../shared/model-view.ts';
import { GraphView, type Remembered } from './view.ts';

let saving: ReturnType<typeof setTimeout> | undefined;
const memory = {
  value: remembered<Remembered>({}),
  save: () => {
    clearTimeout(saving);
    saving = setTimeout(() => remember(memory.value), 200);
  },
};
let view: GraphView | undefined;

watch(document.getElementById('root')!, {
  empty: 'No model is open.',
  ready: hasModel,
  mount: () => (view = new GraphView(memory)).element,
  update: (state) => view!.update(state),
  select: (layer) => view?.select(layer),
});
