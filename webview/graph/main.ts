import '../shared/base.css';
import './graph.css';
import { preferences, remember, remembered } from '../shared/api.ts';
import { hasModel, watch } from '../shared/model-view.ts';
import { GraphView, type Memory, type Remembered } from './view.ts';
import { t } from '../shared/text.ts';

let saving: ReturnType<typeof setTimeout> | undefined;
const memory: Memory = {
  value: remembered<Remembered>({}),
  colour: preferences.colour ?? 'cycles',
  save: () => {
    clearTimeout(saving);
    saving = setTimeout(() => remember(memory.value), 200);
  },
};
// Made at once, so that its worker starts while the model is read.
const view = new GraphView(memory);

watch(document.getElementById('root')!, {
  empty: t('No model is open.'),
  ready: hasModel,
  mount: () => view.element,
  update: (state) => view.update(state),
  select: (layer) => view.select(layer),
});
