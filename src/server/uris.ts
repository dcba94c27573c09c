/** Model files and the virtual documents that show them as text. */
import { fileURLToPath } from 'node:url';
import { textScheme } from '../protocol/manifest/contributes.ts';

/** Path of a file URI. */
export function pathOf(uri: string): string {
  // Editors escape the colon of a drive letter; file URLs do not.
  return fileURLToPath(uri.replace(/^file:\/\/\/([a-z])%3A/i, 'file:///$1:'));
}

/** The model that a text document shows; its URI is the document's query. */
export function modelOf(documentUri: string): string | undefined {
  const url = new URL(documentUri);
  if (url.protocol !== `${textScheme}:`) return undefined;
  return decodeURIComponent(url.search.slice(1));
}
