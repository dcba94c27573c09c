/** The texts that the extension's code hands to `vscode.l10n.t`, and the views' to `t` of webview/shared/text.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const folders = ['src/extension/', 'webview/'].map((name) =>
  fileURLToPath(new URL(`../../${name}`, import.meta.url)),
);

function textsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, false);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^((vscode\.)?l10n\.)?t$/.test(node.expression.getText(source))) {
      const [text] = node.arguments;
      // A text put together at run time could not be translated.
      if (!text || !ts.isStringLiteralLike(text)) {
        throw new Error(`${file}: a text is a literal, not ${node.getText(source)}`);
      }
      found.push(text.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Each once, sorted. @throws Error where one is no literal */
export function codeTexts(): readonly string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  );
  return [...new Set(files.flatMap(textsOf))].sort();
}
