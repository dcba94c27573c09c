import { Session } from './src/server/session/session.ts';
import { modelView } from './src/server/views/model.ts';
import { textForm } from './src/server/text/form.ts';
import { jobOptions, readSettings } from './src/server/options.ts';
const path = process.argv[2]!;
let t = performance.now();
const lap = (n: string) => { console.log(n, (performance.now() - t).toFixed(0), 'ms', (process.memoryUsage().rss / 1e6).toFixed(0), 'MB'); t = performance.now(); };
const s = await Session.read(path); lap('read');
const { model, diagnostics } = modelView(s.file.name, s.file.graph); lap('view'); console.log(model.layers.length, model.macs, diagnostics.slice(0, 3));
const f = textForm(s.file.graph); lap('text'); console.log(f.text.length);
try { const c = await s.compile(jobOptions(readSettings(undefined), {}), { signal: new AbortController().signal, progress: (n, fr) => lap('  -> ' + n + ' ' + fr.toFixed(2)) }); lap('compile'); console.log(c.report.cycles, c.report.resources, c.all.map((d) => d.message)); } catch (e) { lap('failed'); console.log(String(e).slice(0, 600)); }
process.exit(0);
