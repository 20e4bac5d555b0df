import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluationIdFrom, type EvaluationPage, type EvaluationSummary } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { eventually, startNats, tempDir } from '@lacuna/testing';
import { expect, it } from 'vitest';
import { call } from './support/call.ts';
import { startSubmit, type SubmitFixture } from './support/submit-fixture.ts';
import { tell } from './support/tell.ts';

const list = async ({ url }: SubmitFixture, query = ''): Promise<EvaluationPage> =>
  (await call<EvaluationPage>(`${url}/v1/evaluations${query}`)).body;
const names = ({ items }: EvaluationPage): string => items.map(({ name }) => name).join();
const settle = (story: Story, verdict: 'passed' | 'error'): Story =>
  story.tell('settled', { verdict, reason: 'because', evidenceAt: 1, notOwed: [], evidence: { absent: [] } });

/** Every page, one after the other. */
async function everything(submit: SubmitFixture): Promise<EvaluationSummary[]> {
  const items: EvaluationSummary[] = [];
  for (let cursor = ''; ;) {
    const page = await list(submit, `?limit=2&cursor=${cursor}`);
    items.push(...page.items);
    if (page.next === undefined) return items;
    cursor = page.next;
  }
}

/** Evaluations in several phases, told in an order in which their facts are mixed. */
async function tellAll({ bus }: SubmitFixture): Promise<void> {
  const story = (n: number, begin: number) => new Story(testId(n), Story.T0 + begin);
  const waiting = story(1, 1).submitted({ name: 'waiting', labels: { suite: 'e2e' } });
  const running = story(2, 2).running({ name: 'running', labels: { suite: 'e2e', arch: 'arm' } });
  const passed = story(3, 3).running({ name: 'passed', labels: { suite: 'unit' } });
  const missing = story(4, 4).submitted({ name: 'missing' }).jobCreated();
  for (const one of [waiting, running, passed, missing]) await tell(bus, one);
  await tell(bus, passed.after(9).ended().logClosed().reportRead({ passed: 25, collected: 25 }));
  await tell(bus, settle(passed, 'passed'));
  const hole = { stage: 'pod.create', cause: 'missing', reason: 'quota', since: 1, notOwed: [] } as const;
  await tell(bus, missing.tell('finding-raised', { ...hole, notOwed: [] }));
  await tell(bus, settle(missing, 'error'));
}

const told = (submit: SubmitFixture) =>
  eventually('all is read', async () => (await list(submit, '?verdict=error')).items.length === 1);

it('shows what has become of each evaluation, and is narrowed by every filter', async () => {
  await using submit = await startSubmit();
  await tellAll(submit);
  await told(submit);
  expect(await list(submit)).toEqual({
    items: [
      expect.objectContaining({ name: 'missing', phase: 'settled', verdict: 'error', reason: 'because', findings: 1 }),
      expect.objectContaining({ name: 'passed', phase: 'settled', verdict: 'passed', tests: '25 of 25', findings: 0 }),
      expect.objectContaining({ name: 'running', phase: 'running', labels: { suite: 'e2e', arch: 'arm' } }),
      {
        id: testId(1),
        name: 'waiting',
        phase: 'queued',
        labels: { suite: 'e2e' },
        submittedAt: Story.T0 + 1,
        findings: 0,
      },
    ],
  });
  const found = async (query: string) => names(await list(submit, query));
  expect(await found('?phase=settled')).toBe('missing,passed');
  expect(await found('?verdict=passed')).toBe('passed');
  expect(await found('?label=suite=e2e')).toBe('running,waiting');
  expect(await found('?label=suite=e2e&label=arch=arm')).toBe('running');
  expect(await found('?name=waiting')).toBe('waiting');
  expect(await found(`?since=${new Date(Story.T0 + 3).toISOString()}`)).toBe('missing,passed');
  expect(await found('?label=suite=none')).toBe('');
  expect(await call(`${submit.url}/v1/evaluations?verdikt=passed`)).toMatchObject({
    status: 400,
    body: { code: 'invalid-query', detail: expect.stringContaining('did you mean "verdict"?') as string },
  });
});

it('agrees with the evaluations themselves', async () => {
  await using submit = await startSubmit();
  await tellAll(submit);
  await told(submit);
  for (const { findings, ...summary } of (await list(submit)).items) {
    const { body } = await call<{ findings: unknown[] }>(`${submit.url}/v1/evaluations/${summary.id}`);
    expect(body).toMatchObject(summary);
    expect(body.findings).toHaveLength(findings);
  }
});

it('pages do not shift while evaluations are added', async () => {
  await using submit = await startSubmit();
  const add = async (n: number) => {
    const bytes = new Uint8Array(16).fill(n);
    await tell(submit.bus, new Story(evaluationIdFrom(bytes), Story.T0 + n).submitted({ name: `n${n}` }));
    await eventually(`n${n}`, async () => (await list(submit, `?name=n${n}`)).items.length === 1);
  };
  for (const n of [1, 2, 3, 4, 5]) await add(n);
  const first = await list(submit, '?limit=2');
  expect(names(first)).toBe('n5,n4');
  await add(6);
  const second = await list(submit, `?limit=2&cursor=${first.next}`);
  expect(names(second)).toBe('n3,n2');
  await add(7);
  const last = await list(submit, `?limit=2&cursor=${second.next}`);
  expect(names(last)).toBe('n1');
  expect(last.next).toBeUndefined();
});

it('is the same after a restart, and after its file was lost', async () => {
  await using nats = await startNats();
  await using dir = await tempDir();
  const env = { LACUNA_DATA_DIR: dir.path };
  let before: EvaluationSummary[];
  {
    await using submit = await startSubmit({ nats, env });
    await tellAll(submit);
    await told(submit);
    before = await everything(submit);
    expect(before).toHaveLength(4);
  }
  {
    await using submit = await startSubmit({ nats, env });
    expect(await everything(submit)).toEqual(before);
    expect(submit.log.join('')).not.toContain('is rebuilt');
  }
  await rm(join(dir.path, 'read-model.sqlite'));
  await using submit = await startSubmit({ nats, env });
  expect(await everything(submit)).toEqual(before);
});

it('goes on after a restart with evaluations that were open before it', async () => {
  await using nats = await startNats();
  await using dir = await tempDir();
  const env = { LACUNA_DATA_DIR: dir.path };
  const story = new Story().running({ name: 'open' });
  {
    await using submit = await startSubmit({ nats, env });
    await tell(submit.bus, story);
    await eventually('it is listed', async () => (await list(submit, '?phase=running')).items.length === 1);
  }
  await using submit = await startSubmit({ nats, env });
  await tell(submit.bus, story.after(5).ended());
  await eventually('it has ended', async () => (await list(submit, '?phase=collecting')).items.length === 1);
  expect((await list(submit)).items).toMatchObject([{ name: 'open', phase: 'collecting', submittedAt: Story.T0 }]);
});

it('is made anew when the stream is another one: an emptied one, or a longer one of another server', async () => {
  await using dir = await tempDir();
  const env = { LACUNA_DATA_DIR: dir.path };
  {
    await using submit = await startSubmit({ env });
    await tellAll(submit);
    await told(submit);
  }
  {
    await using submit = await startSubmit({ env });
    expect(await list(submit)).toEqual({ items: [] });
    expect(submit.log.join('')).toContain('is rebuilt');
    await tell(submit.bus, new Story(testId(50)).submitted({ name: 'one' }));
    await eventually('it is listed', async () => names(await list(submit)) === 'one');
  }
  await using nats = await startNats();
  {
    await using other = await startSubmit({ nats });
    for (let n = 60; n < 64; n++) await tell(other.bus, new Story(testId(n)).submitted({ name: `other${n}` }));
  }
  await using submit = await startSubmit({ nats, env });
  expect((await list(submit)).items).toHaveLength(4);
  expect(names(await list(submit))).toMatch(/^(other\d\d,?){4}$/);
});
