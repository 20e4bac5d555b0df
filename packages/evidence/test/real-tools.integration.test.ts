import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { casesOf, TOOLS, type Tool } from './cases/index.ts';
import { REPORT_FILES } from './cases/report-files.ts';
import { expectNoCutComplete } from './expect-no-cut-complete.ts';
import { expectFileTruth, expectTruth } from './expect-truth.ts';
import { openToolbox } from './tools/toolbox.ts';
import { Workspace } from './tools/workspace.ts';

/** What is not installed here is skipped, except in CI, where everything must run. */
const NEEDS: Readonly<Partial<Record<Tool, readonly string[]>>> = {
  pytest: ['python3', '-c', 'import ensurepip'],
  go: ['go', 'version'],
  tap: ['perl', '-MTest::More', '-e', '1'],
};
/** The first run of go compiles its standard library. */
const PATIENCE_MS = 180_000;

describe.each(TOOLS)('the output of a real %s', (tool) => {
  let workspace: Workspace | undefined;

  beforeAll(async () => {
    workspace = new Workspace(tool, await openToolbox());
  }, PATIENCE_MS);
  afterAll(() => workspace?.[Symbol.dispose]());

  it.skipIf(isMissing(tool)).each(casesOf(tool))(
    'proves what is true, whole and cut: %s',
    async (_, truth) => {
      const run = await workspace?.run(truth.run);
      if (run === undefined) throw new Error('there is no workspace');
      expectTruth(run.output, truth);
      expectNoCutComplete(tool, run.output);
    },
    PATIENCE_MS,
  );
});

function isMissing(tool: Tool): boolean {
  const [program = 'true', ...args] = NEEDS[tool] ?? [];
  return process.env['CI'] === undefined && spawnSync(program, args).status !== 0;
}

describe('a report file of a real tool', () => {
  it.each(Object.entries(REPORT_FILES).filter(([, { tool }]) => !isMissing(tool)))(
    'says what is true: %s',
    async (_, truth) => {
      using workspace = new Workspace(truth.tool, await openToolbox());
      await workspace.run(truth.run);
      expectFileTruth(workspace.read(truth.file), truth);
    },
    PATIENCE_MS,
  );
});
