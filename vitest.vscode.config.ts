import { defineConfig } from 'vitest/config';

/** Tests in the real VS Code: one server and one browser at a time. */
export default defineConfig({
  test: {
    include: ['test/vscode/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
