/** The texts that the extension's code hands to `vscode.l10n.t`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const folder = fileURLToPath(new URL('../../src/extension/', import.meta.url));

function textsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, false);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(vscode\.)?l10n\.t$/.test(node.expression.getText(source))) {
      const [text] = node.arguments;
      // A text put together at run time could not be translated.
      if (!text || !ts.isStringLiteralLike(text)) {
        throw new Error(`${file}: l10n.t wants a literal, not ${node.getText(source)}`);
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
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
  return [...new Set(files.flatMap((file) => textsOf(join(folder, file))))].sort();
}
