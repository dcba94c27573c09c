/** Files that are often taken for an ONNX model, by their first bytes. */

interface Format {
  /** Bytes as text (Latin-1), and where they stand. */
  readonly signature: string;
  readonly offset?: number;
  readonly what: string;
  readonly hint: string;
}

const convert = 'Convert the model to ONNX first (tf2onnx).';
const model = 'Choose a model saved in the ONNX format (.onnx).';

const formats: readonly Format[] = [
  {
    signature: 'version https://git-lfs',
    what: 'a Git LFS pointer to one',
    hint: 'Fetch the model itself: git lfs pull.',
  },
  {
    signature: 'PK\x03\x04',
    what: 'a ZIP archive',
    hint: 'A PyTorch file must be exported first: torch.onnx.export.',
  },
  { signature: '\x89HDF', what: 'an HDF5 file', hint: convert },
  { signature: 'TFL3', offset: 4, what: 'a TensorFlow Lite model', hint: convert },
  { signature: 'ORTM', offset: 4, what: "a model in ONNX Runtime's own format", hint: model },
  { signature: '\x89PNG', what: 'a picture', hint: model },
  { signature: '\xff\xd8\xff', what: 'a picture', hint: model },
  { signature: '<', what: 'a web page or XML', hint: 'The download may have failed: fetch the model again.' },
  { signature: '{', what: 'a JSON file', hint: model },
];

/** What the file is instead of an ONNX model, where that can be told. */
export function foreignFormat(bytes: Uint8Array): { what: string; hint: string } | undefined {
  if (bytes.length === 0) return { what: 'empty', hint: model };
  return formats.find(({ signature, offset = 0 }) =>
    [...signature].every((c, i) => bytes[offset + i] === c.charCodeAt(0)),
  );
}
