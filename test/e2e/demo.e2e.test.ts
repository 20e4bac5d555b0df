import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CONTROL_PLANE, nodeProblem } from '@lacuna/servers';
import { cannotRun, eventually, serverBinaries } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { LACUNA, runCli } from '../support/run-cli.ts';
import { OUTER_ENV } from '../support/outer-env.ts';

interface Outcome {
  readonly problems: string[];
  readonly evaluations: { readonly verdict: string }[];
}

const VERDICTS = ['passed', 'passed', 'failed', 'failed', 'error', 'incomplete', 'error'];

function expectWholeStory(stdout: string): void {
  const { problems, evaluations } = JSON.parse(stdout) as Outcome;
  expect(problems).toEqual([]);
  expect(evaluations.map(({ verdict }) => verdict)).toEqual(VERDICTS);
}

test('the demo on Kubernetes tells the whole story, and checks it itself', async () => {
  await needRealNode();
  const { code, stdout, stderr } = await runCli(['demo', '--cluster', 'kubernetes', '--json']);
  expect(code, stderr).toBe(0);
  expectWholeStory(stdout);
});

test('the demo tells the whole story, checks it itself, and stays for a look when it is told to', async () => {
  const child = spawn(process.execPath, [LACUNA, 'demo', '--json', '--keep'], {
    env: OUTER_ENV,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, 'close');
  try {
    await eventually('it is over', () => stderr.includes('stays up until Ctrl-C') || child.exitCode !== null, {
      withinMs: 240_000,
    });
    expectWholeStory(stdout);
    const page = /page and API +(\S+)/.exec(stderr)?.[1] ?? '';
    const { items } = (await (await fetch(`${page}/v1/evaluations`)).json()) as { items: unknown[] };
    expect(items).toHaveLength(VERDICTS.length);
  } finally {
    child.kill('SIGINT');
  }
  expect(await closed, stderr).toEqual([0, null]);
});

async function needRealNode(): Promise<void> {
  const problem = await nodeProblem();
  if (problem !== undefined) return cannotRun(problem);
  await serverBinaries([...CONTROL_PLANE, 'kubelet']);
}
