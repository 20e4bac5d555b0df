import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AloneView, EvaluationView } from '@lacuna/contracts';
import { openToolbox } from '@lacuna/evidence/testing';
import { eventually, freePort, tempDir, type TempDir } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { startUp, type Up } from '../support/up.ts';

let up: Up;
let dir: TempDir;
let path: string;
beforeAll(async () => {
  dir = await tempDir();
  ({ path } = await openToolbox());
  up = await startUp();
}, 180_000);
afterAll(async () => {
  await up[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/**
 * A real pytest suite of two tests, the second of which wants something that there is once. Who has it holds it until the other suite has failed for
 * want of it, which a file tells; that is still there when the suite is repeated.
 */
const PYTEST = (want: string): string => `
import os, socket, time
def test_adds_up():
    assert 1 + 1 == 2
def test_has_it_to_itself():
${want}
`;
/** The same as a real node:test suite. */
const NODE_TEST = (want: string): string => `
import { test } from 'node:test';
import { createServer } from 'node:net';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
test('adds up', () => {});
test('has it to itself', (_, done) => {
${want}
});
`;

interface Told {
  readonly suites: readonly { readonly suite: string; readonly view: EvaluationView }[];
}

/** Runs both suites together, and what is not passed alone. */
async function runBoth(name: string, python: string, node: string): Promise<{ told: Told; junit: string }> {
  const [e2e, integration] = [join(dir.path, `test_${name}.py`), join(dir.path, `${name}.test.mjs`)];
  await Promise.all([writeFile(e2e, PYTEST(python)), writeFile(integration, NODE_TEST(node))]);
  const junit = join(dir.path, `${name}.xml`);
  const suites = [
    '--suite',
    `e2e=pytest -v -p no:cacheprovider ${e2e}`,
    '--suite',
    `integration=node --test-reporter=spec ${integration}`,
  ];
  const args = ['run', '--json', '--alone', '--junit', junit, '--env', `PATH=${path}`, ...suites];
  const { stdout, stderr } = await runCli(args, { LACUNA_URL: up.http });
  if (stdout === '') throw new Error(stderr);
  return { told: JSON.parse(stdout) as Told, junit: await readFile(junit, 'utf8') };
}

/** The suite that lost, and how it compares with its repetition by itself. */
function loserOf({ suites }: Told): { view: EvaluationView; alone: AloneView; suite: string } {
  expect(suites.map(({ view }) => view.verdict ?? '').sort()).toEqual(['failed', 'passed']);
  const { suite, view } = suites.find((one) => one.view.verdict === 'failed') ?? {};
  if (view?.alone === undefined || suite === undefined) throw new Error(`not compared: ${JSON.stringify(view)}`);
  return { view, suite, alone: view.alone };
}

const HAS_IT = /(\/test_port\.py::test_has_it_to_itself|^has it to itself)$/;

test('one port: the suite that comes second fails together and passes alone; the port, the test and the other suite are named', async () => {
  const port = await freePort();
  const lost = join(dir.path, 'port-lost');
  const { told, junit } = await runBoth(
    'port',
    `    with socket.socket() as server:
        try:
            server.bind(('127.0.0.1', ${port}))
        except OSError as error:
            open('${lost}', 'w').close()
            raise OSError(f"[Errno 98] error while attempting to bind on address ('127.0.0.1', ${port}): address already in use") from error
        server.listen()
        while not os.path.exists('${lost}'): time.sleep(0.02)`,
    `  const server = createServer();
  server.once('error', (error) => {
    writeFileSync('${lost}', '');
    done(error);
  });
  server.listen(${port}, '127.0.0.1', () => {
    const held = setInterval(() => existsSync('${lost}') && (clearInterval(held), server.close(done)), 20);
  });`,
  );
  const { view, alone, suite } = loserOf(told);
  expect(alone.verdict).toBe('passes-alone');
  const [comparison] = alone.comparisons;
  expect(comparison).toMatchObject({
    time: 1,
    outcome: 'passes-alone',
    fought: [`port ${port}`],
    failed: { both: [], onlyTogether: [expect.stringMatching(HAS_IT)], onlyAlone: [] },
    overlapped: [{ suite: suite === 'e2e' ? 'integration' : 'e2e' }],
  });
  expect(junit).toContain(`value="fails together, passes alone (1 of 1 passed); failed only together: `);
  const { causes } = await up.client.diagnosis(view.id);
  expect(causes[0]).toMatchObject({ cause: 'interference', confidence: 'certain' });
  expect(causes[0]?.for).toContain(`together with the others, it lacked port ${port}`);
  await expectLinkedSpan(view, comparison?.alone ?? '');
});

test('one file: the same', async () => {
  const lock = join(dir.path, 'lock');
  const lost = join(dir.path, 'lock-lost');
  const { told } = await runBoth(
    'file',
    `    try:
        os.mkdir('${lock}')
    except OSError:
        open('${lost}', 'w').close()
        raise
    while not os.path.exists('${lost}'): time.sleep(0.02)
    os.rmdir('${lock}')`,
    `  try {
    mkdirSync('${lock}');
  } catch (error) {
    writeFileSync('${lost}', '');
    throw error;
  }
  const held = setInterval(() => existsSync('${lost}') && (clearInterval(held), rmdirSync('${lock}'), done()), 20);`,
  );
  const { alone } = loserOf(told);
  expect(alone).toMatchObject({ verdict: 'passes-alone', comparisons: [{ fought: [`file ${lock}`] }] });
});

test('a suite that is broken by itself fails the same, test by test', async () => {
  const begun = join(dir.path, 'b-has-begun');
  const a = `a=until [ -e ${begun} ]; do sleep 0.1; done; exit 3`;
  const args = ['run', '--alone', '--suite', a, '--suite', `b=touch ${begun}; sleep 1`, '--report', 'none'];
  const { code, stdout } = await runCli(args, { LACUNA_URL: up.http });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^a: fails the same alone \(0 of 1 passed\); ran beside b for /m);
});

/** The comparison is a span of the trace of the evaluation, linked to the root of the repetition's trace. */
async function expectLinkedSpan({ traceId }: EvaluationView, repetition: string): Promise<void> {
  const alone = await up.client.get(repetition);
  const span = await eventually(
    'the span of the comparison',
    async () => {
      const answer = await fetch(`${up.jaeger}/api/traces/${traceId}`);
      const { data } = (await answer.json()) as { data?: { spans: JaegerSpan[] }[] };
      return data?.[0]?.spans.find(({ operationName }) => operationName === 'alone: passes alone');
    },
    { withinMs: 60_000 },
  );
  expect(span.references).toContainEqual(expect.objectContaining({ traceID: alone.traceId }));
  expect(span.warnings ?? []).toEqual([]);
}

interface JaegerSpan {
  readonly operationName: string;
  readonly references: readonly { readonly traceID: string }[];
  readonly warnings: readonly string[] | null;
}
