/**
 * Texts in the editor's language. The bundle comes with the page, as the extension's own has it: a text is its own key,
 * and stays as it is where nobody has translated it.
 */
interface Page {
  getElementById(id: string): { readonly dataset: Readonly<Record<string, string | undefined>> } | null;
}
// There is no page where pure modules are tested.
const { document: page } = globalThis as { readonly document?: Page };
const bundle = JSON.parse(page?.getElementById('root')?.dataset['texts'] ?? '{}') as Readonly<
  Record<string, string>
>;

/** @param values take the places of `{0}`, `{1}` ... */
export function t(text: string, ...values: readonly (string | number)[]): string {
  return (bundle[text] ?? text).replace(/\{(\d+)\}/g, (_, i: string) => String(values[Number(i)]));
}
