import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationPage } from '@lacuna/contracts';
import { eventually, tempDir } from '@lacuna/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli, type Ran } from '../support/run-cli.ts';
import { startSystem, type System } from '../support/system.ts';

/** Two followers are let in, and they are there. */
let system: System;
let leave: () => void;
/** Held, because `fetch` breaks off an answer that is collected as garbage, and then there is room. */
let followed: Response[];
beforeAll(async () => {
  system = await startSystem({ env: { LACUNA_MAX_FOLLOWERS: '2' } });
});
afterAll(() => system[Symbol.asyncDispose]());
beforeEach(async () => {
  const client = new AbortController();
  leave = () => client.abort();
  followed = [];
  const follow = async (): Promise<boolean> => {
    const response = await fetch(`${system.url}/v1/events`, { signal: client.signal });
    return response.ok && followed.push(response) > 0;
  };
  for (const which of ['one', 'the other']) await eventually(`${which} is let in`, follow);
});

const lacuna = (...args: readonly string[]): Promise<Ran> => runCli(args, { LACUNA_URL: system.url });
const REFUSED = 'this server lets no more than 2 follow events and logs at a time (LACUNA_MAX_FOLLOWERS)';

test('where nobody more may follow, a command that waits ends with the verdict, and says where the log is', async () => {
  const [submit, run] = await Promise.all([
    lacuna('submit', '--wait', '--report', 'none', '--', 'echo', 'hello'),
    lacuna('run', '--suite', 'unit=true'),
  ]);
  expect(submit).toMatchObject({ code: 0, stdout: '', stderr: expect.stringMatching(/✔ passed/) as string });
  expect(submit.stderr).toContain(`the log was not followed to its end: ${REFUSED}`);
  const id = /read it with: lacuna logs (ev-\w+)/.exec(submit.stderr)?.[1] ?? '';
  expect(run.stderr).toContain(`the log was not followed to its end: ${REFUSED}`);
  expect(run.stderr).toMatch(/lacuna logs ev-/);
  const refused = await lacuna('logs', '--follow', id);
  expect(refused).toMatchObject({ code: 3, stdout: '' });
  expect(refused.stderr).toMatch(/^lacuna: this server lets no more than 2 .*; try again in 5 s$/m);
  leave();
  await eventually('the log can be read', async () => (await lacuna('logs', id)).stdout === 'hello\n');
});

test('a command that waits shows the log as soon as it may follow', async () => {
  await using dir = await tempDir();
  const goOn = join(dir.path, 'go-on');
  const script = `echo early; until [ -e ${goOn} ]; do sleep 0.1; done; echo late`;
  const waiting = lacuna('submit', '--wait', '--report', 'none', '--name', 'waits', '--', 'sh', '-c', script);
  await eventually('it runs', async () => {
    const answer = await fetch(`${system.url}/v1/evaluations?name=waits`);
    return ((await answer.json()) as EvaluationPage).items[0]?.phase === 'running';
  });
  leave();
  await eventually('it follows', async () =>
    (await (await fetch(`${system.url}/metrics`)).text()).includes('lacuna_followers 2'),
  );
  await writeFile(goOn, '');
  expect(await waiting).toMatchObject({ code: 0, stdout: 'early\nlate\n' });
});
