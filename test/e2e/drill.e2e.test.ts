import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { startUp, type Up } from '../support/up.ts';

interface Drilled {
  readonly drills: readonly {
    readonly fault: string;
    readonly passed: boolean;
    readonly problems: readonly string[];
  }[];
}

const listed = async (): Promise<{ fault: string; notOn: Record<string, string> }[]> =>
  JSON.parse((await runCli(['drill', '--list', '--json'])).stdout) as {
    fault: string;
    notOn: Record<string, string>;
  }[];

test('every drill that the embedded cluster allows makes its fault, and sees the span, the alert and the cause', async () => {
  const faults = (await listed()).filter(({ notOn }) => notOn['process'] === undefined).map(({ fault }) => fault);
  expect(faults.length).toBeGreaterThanOrEqual(9);
  const { code, stdout, stderr } = await runCli(['drill', '--json', ...faults]);
  const { drills } = JSON.parse(stdout) as Drilled;
  expect(drills.map(({ fault, problems }) => ({ fault, problems }))).toEqual(
    faults.map((fault) => ({ fault, problems: [] })),
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
});

let up: Up;
beforeAll(async () => void (up = await startUp()));
afterAll(() => up[Symbol.asyncDispose]());

test('a drill fails where the fault does not happen: on a platform that does not allow faults', async () => {
  const { code, stdout } = await runCli(['drill', '--json', 'cut-log', '--url', up.http]);
  expect(code).toBe(1);
  const { drills } = JSON.parse(stdout) as Drilled;
  expect(drills).toMatchObject([{ fault: 'cut-log', passed: false }]);
  expect(drills[0]?.problems.join('\n')).toMatch(/verdict passed, not incomplete.*lacuna up --allow-faults/s);
});
