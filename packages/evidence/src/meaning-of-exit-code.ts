import type { TestReportFormat } from '@lacuna/contracts';

/** pytest's reference, "Exit codes": 0 and 1 say no more than pass and failure. */
const PYTEST: Readonly<Record<number, string>> = {
  2: 'interrupted',
  3: 'internal error',
  4: 'wrong usage',
  5: 'no tests were collected',
};

/** What a tool means by its exit code, where it says more than whether a test failed: `pytest: wrong usage`. */
export function meaningOfExitCode(tool: TestReportFormat, exitCode: number): string | undefined {
  const meaning = tool === 'pytest' ? PYTEST[exitCode] : undefined;
  return meaning === undefined ? undefined : `${tool}: ${meaning}`;
}
