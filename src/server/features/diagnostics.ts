/** Camber's diagnostics as the Problems panel shows them. */
import { DiagnosticSeverity, type Diagnostic as LspDiagnostic, type Range } from 'vscode-languageserver';
import type { Diagnostic, Severity } from '../../compiler/diagnostics.ts';
import type { TextForm } from '../text/form.ts';
import { lineRange } from './text.ts';

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
};

const top: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

const convert = (d: Diagnostic, range: Range): LspDiagnostic => ({
  range,
  severity: severities[d.severity],
  code: d.code,
  source: 'camber',
  message: `${d.message} ${d.hint}`,
});

/** For the model file itself, which has no lines. */
export function fileDiagnostics(diagnostics: readonly Diagnostic[]): LspDiagnostic[] {
  return diagnostics.map((d) => convert(d, top));
}

/** For the text view: those that have a place in it. */
export function textDiagnostics(diagnostics: readonly Diagnostic[], form: TextForm): LspDiagnostic[] {
  return diagnostics.flatMap((d) => {
    const line =
      (d.node === undefined ? undefined : form.nodeLines.get(d.node)) ??
      form.spans.find((s) => s.tensor === d.tensor && s.role === 'definition')?.line;
    return line === undefined ? [] : [convert(d, lineRange(form, line))];
  });
}
