/**
 * The runner inside the extension host. `run` is the entry that VS Code calls, here (code-server) as under
 * @vscode/test-electron. Each test's outcome is printed as one line of JSON behind `mark`, which the outside reads.
 */

/** One test inside the extension host; throws where it fails. */
export interface HostTest {
  readonly name: string;
  readonly run: () => Promise<void>;
}

export const mark = 'camber-host-test ';
const timeLimit = 60_000;

async function withinTime(test: HostTest): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${timeLimit / 1000} s`)), timeLimit);
  });
  try {
    await Promise.race([test.run(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the tests one after the other; rejects at the end where one failed. */
export async function runHostTests(tests: readonly HostTest[]): Promise<void> {
  let failed = 0;
  for (const test of tests) {
    const start = Date.now();
    let error: string | undefined;
    try {
      await withinTime(test);
    } catch (e) {
      error = e instanceof Error ? (e.stack ?? e.message) : String(e);
      failed++;
    }
    console.log(mark + JSON.stringify({ name: test.name, milliseconds: Date.now() - start, error }));
  }
  if (failed > 0) throw new Error(`${failed} of ${tests.length} tests failed in the extension host`);
}
