/**
 * The rooms and who may enter them: extension, cli -> server, protocol -> toolchain, engine -> compiler.
 * The compiler is pure: no Node built-ins, no environment packages.
 */
const rooms = {
  compiler: ['compiler'],
  engine: ['engine', 'compiler'],
  toolchain: ['toolchain', 'engine', 'compiler'],
  protocol: ['protocol', 'compiler'],
  server: ['server', 'protocol', 'toolchain', 'engine', 'compiler'],
  extension: ['extension', 'protocol'],
  cli: ['cli', 'protocol', 'toolchain', 'engine', 'compiler'],
};

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `room-${room}`,
      comment: `src/${room} may import only from: ${allowed.join(', ')}`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^(src|webview|test|scripts|bench)/', pathNot: `^src/(${allowed.join('|')})/` },
    })),
    {
      name: 'compiler-is-pure',
      comment: 'The compiler runs in a browser worker: no Node built-ins.',
      severity: 'error',
      from: { path: '^src/compiler/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'compiler-packages',
      comment:
        'Each named package sits behind one module: onnx-proto in compiler/onnx, ndarray in compiler/graph.',
      severity: 'error',
      from: { path: '^src/compiler/' },
      to: {
        path: 'node_modules',
        pathNot: 'node_modules/(onnx-proto|ndarray|@types/ndarray|protobufjs|long)',
      },
    },
    {
      name: 'netlist-compiler-is-pure',
      comment: "The embedded simulator's compiler: bytes in, bytes out.",
      severity: 'error',
      from: { path: '^src/toolchain/embedded/compile/' },
      to: { pathNot: '^src/(toolchain/embedded/compile/|compiler/diagnostics[.]ts)' },
    },
    {
      name: 'webview-sees-protocol-only',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^src/', pathNot: '^src/protocol/' },
    },
    {
      name: 'processes-live-in-toolchain',
      comment:
        'Only the toolchain starts external programs (the extension forks its own server through the language client).',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/toolchain/' },
      to: { path: '^(node:)?child_process$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
