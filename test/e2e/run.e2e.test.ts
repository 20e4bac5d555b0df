import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openToolbox } from '@lacuna/evidence/testing';
import { eventually, freePort, tempDir, type TempDir } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LACUNA } from '../support/run-cli.ts';
import { startUp, type Up } from '../support/up.ts';

const SUITES = fileURLToPath(new URL('../../packages/cli/demo', import.meta.url));
const node = (suite: string): string => `${process.execPath} --test-reporter=spec ${join(SUITES, suite)}.suite.mjs`;

let up: Up;
let dir: TempDir;
beforeAll(async () => {
  dir = await tempDir();
  up = await startUp();
});
afterAll(async () => {
  await up[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** `lacuna run`, and, if it is told a moment, Ctrl-C then. */
async function run(args: readonly string[], interruptWhen?: () => Promise<unknown>) {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', LACUNA_URL: up.http };
  const child = spawn(process.execPath, [LACUNA, 'run', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close');
  if (interruptWhen !== undefined) {
    await eventually('the moment to interrupt', interruptWhen, { withinMs: 50_000 });
    child.kill('SIGINT');
  }
  const [code] = (await closed) as [number | null];
  return { code, stdout, stderr };
}

test('two suites in parallel: their lines in turn, a table with the evidence, JUnit, and one trace that links both', async () => {
  const junit = join(dir.path, 'results', 'junit.xml');
  const suites = ['--suite', `e2e=${node('e2e')}`, '--suite', `broken=${node('intended-failures')}`];
  const { code, stdout } = await run([...suites, '--junit', junit]);
  expect(code).toBe(1);
  expect(stdout).toContain('e2e    │ ✔ a user can finish checkout, variant 25');
  expect(stdout).toMatch(/^e2e +✔ passed +25 of 25 +sealed/m);
  expect(stdout).toMatch(/^broken +✖ failed +2 passed, 2 failed of 4 +sealed/m);
  const xml = await readFile(junit, 'utf8');
  expect(xml).toContain('<testcase classname="broken" name="divides by zero"');
  expect(xml).toMatch(/<testsuite name="e2e" tests="25" failures="0" errors="0" skipped="0"/);
  expect(xml).toContain('<testcase classname="e2e" name="a user can finish checkout, variant 25"');
  const [, link = '', traceId = ''] = /trace of the run: (\S*?([0-9a-f]{32}))$/m.exec(stdout) ?? [];
  // Where the Jaeger that runs has no pages, the link leads to what it has.
  const shown = await (await fetch(link)).text();
  expect(shown).not.toContain('not compiled with the UI assets');
  const spans = await eventually(
    'the trace of the run',
    async () => {
      const answer = await fetch(`${up.jaeger}/api/traces/${traceId}`);
      if (!answer.ok) throw new Error(`${answer.status}`);
      const { data } = (await answer.json()) as { data: { spans: JaegerSpan[] }[] };
      const found = data[0]?.spans ?? [];
      return found.length === 3 ? found : undefined;
    },
    { withinMs: 60_000 },
  );
  expect(spans.map(({ operationName }) => operationName).sort()).toEqual([
    'RUN e2e, broken',
    'SUITE broken',
    'SUITE e2e',
  ]);
  const root = spans.find(({ operationName }) => operationName.startsWith('RUN'));
  expect(root?.references).toHaveLength(2);
  expect(spans.every(({ warnings }) => (warnings ?? []).length === 0)).toBe(true);
});

interface JaegerSpan {
  readonly operationName: string;
  readonly references: readonly unknown[];
  readonly warnings: readonly string[] | null;
}

/** Per tool a suite of one test that passes and one that fails; how it is run; and its tests as its JUnit file names them. */
const TOOLS: Readonly<Record<string, { file: string; text: string; run: string; names: readonly string[] }>> = {
  vitest: {
    file: 'sum.test.js',
    text: "import { expect, test } from 'vitest';\ntest('adds', () => {});\ntest('breaks', () => expect(1).toBe(2));\n",
    run: 'vitest run --reporter=junit --outputFile=r.xml',
    names: ['sum.test.js > adds', 'sum.test.js > breaks'],
  },
  jest: {
    file: 'sum.test.js',
    text: "test('adds', () => {});\ntest('breaks', () => expect(1).toBe(2));\n",
    run: 'JEST_JUNIT_OUTPUT_FILE=r.xml jest --rootDir=. --reporters=jest-junit',
    names: ['adds', 'breaks'],
  },
  pytest: {
    file: 'test_sum.py',
    text: 'def test_adds(): pass\n\ndef test_breaks(): assert 1 == 2\n',
    run: 'python -m pytest -q -p no:cacheprovider --junit-xml=r.xml',
    names: ['test_sum > test_adds', 'test_sum > test_breaks'],
  },
};

test('every test by name, from the JUnit files of a real vitest, jest and pytest', { timeout: 240_000 }, async () => {
  const toolbox = await openToolbox();
  const ours = fileURLToPath(new URL('../../node_modules', import.meta.url));
  const options: string[] = [];
  for (const [tool, { file, text, run: command }] of Object.entries(TOOLS)) {
    const home = join(dir.path, tool);
    await mkdir(home);
    await writeFile(join(home, file), text);
    if (tool === 'jest') await writeFile(join(home, 'package.json'), '{}');
    await symlink(tool === 'vitest' ? ours : toolbox.modules, join(home, 'node_modules'));
    const path = `${toolbox.path}:${join(ours, '.bin')}`;
    options.push('--suite', `${tool}=cd ${home} && PATH=${path} ${command}`);
    options.push('--suite-report', `${tool}=junit:${join(home, 'r.xml')}`);
  }
  const junit = join(dir.path, 'tools.xml');
  const { code, stdout } = await run([...options, '--junit', junit]);
  expect(stdout).toMatch(/^vitest +✖ failed +1 passed, 1 failed of 2 +sealed/m);
  expect(code).toBe(1);
  const xml = await readFile(junit, 'utf8');
  for (const [tool, { names }] of Object.entries(TOOLS)) {
    expect(xml).toContain(`<testsuite name="${tool}" tests="2" failures="1" errors="0" skipped="0"`);
    const [passed = '', failed = ''] = names.map((name) => name.replaceAll('>', '&gt;'));
    const testcase = (name: string) => `<testcase classname="${tool}" name="${name}" time="\\d+\\.\\d{3}"`;
    expect(xml).toMatch(new RegExp(`${testcase(passed)}/>`));
    expect(xml).toMatch(new RegExp(`${testcase(failed)}>\n<failure `));
  }
});

test('two suites that want one port fail together; repeated by itself, each passes, and the port is named', async () => {
  const port = await freePort();
  const lost = join(dir.path, 'lost');
  const script = join(dir.path, 'holds-the-port.mjs');
  // The server of the one that was first stays until the other has failed, however late that is.
  await writeFile(
    script,
    `import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
const server = createServer();
server.once('error', (error) => {
  writeFileSync('${lost}', '');
  throw error;
});
server.listen(${port}, '127.0.0.1', () => setInterval(() => existsSync('${lost}') && process.exit(), 20));
`,
  );
  const command = `${process.execPath} ${script}`;
  const { stdout } = await run(['--alone', '--suite', `a=${command}`, '--suite', `b=${command}`]);
  expect(stdout).toMatch(
    new RegExp(
      `^[ab]: fails together, passes alone \\(1 of 1 passed\\); it lacked port ${port}; ran beside [ab] for `,
      'm',
    ),
  );
});

test('Ctrl-C cancels what runs and shows what became of it', async () => {
  const running = async (): Promise<boolean | undefined> => {
    for await (const { items } of up.client.list({ limit: 2 }))
      return items.filter(({ phase }) => phase === 'running').length === 2 || undefined;
    return undefined;
  };
  const { code, stdout } = await run(['--suite', 'a=sleep 60', '--suite', 'b=echo begun; sleep 60'], running);
  expect(code).toBe(6);
  expect(stdout).toMatch(/^a +■ cancelled/m);
  expect(stdout).toMatch(/^b +■ cancelled/m);
});

test('a suite that must not be is refused before anything runs', async () => {
  expect(await run(['--suite', 'x'])).toMatchObject({ code: 2, stderr: expect.stringContaining('NAME=CMD') });
  const stray = await run(['--suite', 'x=true', '--suite-report', 'y=junit:r.xml']);
  expect(stray).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no suite y') });
  expect(await run([])).toMatchObject({ code: 2, stderr: expect.stringContaining('no suite') });
  const nowhere = await run(['--suite', 'x=true', '--junit', join(LACUNA, 'junit.xml')]);
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining("can't be written") });
});
