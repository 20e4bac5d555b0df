import { expect, test } from 'vitest';
import { CONTROL_PLANE, nodeProblem } from '@lacuna/servers';
import { cannotRun, serverBinaries } from '@lacuna/testing';
import { runCli } from '../support/run-cli.ts';

test.each(['process', 'kubernetes'])('the demo on %s tells the whole story, and checks it itself', async (cluster) => {
  if (cluster === 'kubernetes') await needRealNode();
  const { code, stdout, stderr } = await runCli(['demo', '--cluster', cluster, '--json']);
  expect(code, stderr).toBe(0);
  const { problems, evaluations } = JSON.parse(stdout) as { problems: string[]; evaluations: { verdict: string }[] };
  expect(problems).toEqual([]);
  expect(evaluations.map(({ verdict }) => verdict)).toEqual([
    'passed',
    'passed',
    'failed',
    'failed',
    'error',
    'incomplete',
    'error',
  ]);
});

async function needRealNode(): Promise<void> {
  const problem = await nodeProblem();
  if (problem !== undefined) return cannotRun(problem);
  await serverBinaries([...CONTROL_PLANE, 'kubelet']);
}
