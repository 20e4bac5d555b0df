import { evaluationIdForKey, fact, logSubject, STREAMS } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { connectBus, type UserName } from '@lacuna/messaging';
import { eventually } from '@lacuna/testing';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startChartNats, type ChartNats } from './support/chart-nats.ts';

describe('one server', () => {
  let nats: ChartNats;
  beforeAll(async () => {
    nats = await startChartNats();
  });
  afterAll(() => nats[Symbol.asyncDispose]());

  test('it writes to disk before it acknowledges, and has the limits of the embedded one', async () => {
    const { config } = (await (await fetch(`${nats.monitorUrl}/jsz?config=1`)).json()) as { config: object };
    expect(config).toMatchObject({ sync_always: true, strict: true });
    expect(await (await fetch(`${nats.monitorUrl}/varz`)).json()).toMatchObject({ max_payload: 1_048_576 });
  });

  test('a service waits for the streams, which only provision makes', async () => {
    await using bus = await nats.bus('k8s-watch');
    const waiting = bus.provision({ create: false });
    await expect(bus.provision()).rejects.toThrow(/may not use \$JS.API.STREAM.CREATE.LACUNA_FACTS/);
    expect(await Promise.race([waiting, Promise.resolve('still waiting')])).toBe('still waiting');
    expect(await nats.provision()).toContain('the streams are as they must be: LACUNA_FACTS, LACUNA_LOGS');
    await waiting;
  });

  /** Publishing that NATS must refuse: what another service says, and what nobody may do to a stream. */
  const NOBODY = ['DELETE', 'PURGE'].map((verb) => `$JS.API.STREAM.${verb}.${STREAMS.facts.name}`);
  const DELETE_FACTS = `$JS.API.STREAM.MSG.DELETE.${STREAMS.facts.name}`;
  const REFUSED: Readonly<Record<UserName, readonly string[]>> = {
    submit: [
      'lacuna.evaluation.ev-1.1.settled',
      'lacuna.log.ev-1.1.pod',
      'lacuna.alert.submit',
      'lacuna.dead.dispatch',
      DELETE_FACTS,
    ],
    dispatch: [
      'lacuna.evaluation.ev-1.1.submitted',
      'lacuna.env.ev-1',
      '$JS.API.STREAM.MSG.GET.LACUNA_LOGS',
      DELETE_FACTS,
    ],
    'k8s-watch': [
      'lacuna.evaluation.ev-1.1.job-created',
      '$JS.API.STREAM.MSG.GET.LACUNA_ENV',
      '$JS.API.DIRECT.GET.LACUNA_ENV',
      '$JS.API.CONSUMER.CREATE.LACUNA_ENV.x',
      DELETE_FACTS,
    ],
    'log-collect': [
      'lacuna.evaluation.ev-1.1.container-ended.pod',
      '$JS.API.CONSUMER.CREATE.LACUNA_ENV.x',
      '$JS.API.STREAM.MSG.GET.LACUNA_ENV',
      DELETE_FACTS,
    ],
    'trace-audit': ['lacuna.evaluation.ev-1.1.log-closed.pod', '$JS.API.STREAM.PURGE.LACUNA_LOGS', 'lacuna.submit.v1'],
    provision: ['lacuna.evaluation.ev-1.1.submitted', '$JS.API.STREAM.MSG.GET.LACUNA_FACTS', '$JS.API.STREAM.CREATE.x'],
    client: ['lacuna.evaluation.ev-1.1.submitted', '$JS.API.STREAM.INFO.LACUNA_FACTS'],
    fsck: [
      'lacuna.submit.v1',
      'lacuna.evaluation.ev-1.1.settled',
      'lacuna.log.ev-1.1.pod',
      'lacuna.env.ev-1.a1',
      '$JS.API.STREAM.MSG.DELETE.LACUNA_ENV',
      '$JS.API.STREAM.PURGE.LACUNA_LOGS',
      '$JS.API.CONSUMER.CREATE.LACUNA_ENV.x',
      '$JS.API.CONSUMER.CREATE.LACUNA_INTAKE.x',
      '$JS.API.STREAM.UPDATE.LACUNA_FACTS',
      DELETE_FACTS,
    ],
  };

  test.each(Object.entries(REFUSED) as [UserName, string[]][])('%s may not publish %j', async (user, subjects) => {
    const all = [...subjects, ...NOBODY];
    await expectRefusals(user, all, (connection, subject) => connection.publish(subject));
  });

  test.each(['submit', 'dispatch', 'k8s-watch', 'log-collect', 'trace-audit', 'provision', 'fsck'] as const)(
    '%s may not listen to answers for others, nor to env values or logs',
    async (user) => {
      const subjects = ['>', '_INBOX.>', '_INBOX_lacuna-other.>', 'lacuna.env.>', 'lacuna.log.>'];
      await expectRefusals(user, subjects, (connection, subject) =>
        connection.subscribe(subject, { callback: () => undefined }),
      );
    },
  );

  test('log-collect may look through the stream of logs, and remove a log from it', async () => {
    await using bus = await nats.bus('log-collect');
    const id = testId(1);
    const subject = logSubject(id, 1, 'pod');
    await (await bus.openLog(subject, 'c')).append({ offset: 0, bytes: Buffer.from('hello') });
    expect(await bus.storedLogs()).toEqual([subject]);
    expect((await bus.logStoreState()).bytes).toBeGreaterThan(0);
    await bus.purgeLog(subject);
    expect(await bus.storedLogs()).toEqual([]);
    const about = { evaluation: id, attempt: 1, at: 1 };
    const removed = { podUid: 'pod', bytes: 5, sha256: 'a'.repeat(64), retentionMs: 1 };
    expect(await bus.publishFact(fact('log-removed', about, removed))).toMatchObject({ kind: 'stored' });
    expect(await bus.readFacts(id)).toHaveLength(1);
  });

  test('nobody gets in without a user', async () => {
    await expect(connectBus({ servers: nats.urls, name: 'stranger' })).rejects.toThrow(/refuses the credentials/);
  });

  /** Does one thing to each subject; the server must say of every one that this user may not. */
  async function expectRefusals(
    user: UserName,
    subjects: readonly string[],
    act: (connection: NatsConnection, subject: string) => unknown,
  ): Promise<void> {
    const connection = await nats.connect(user);
    const refused: string[] = [];
    void (async () => {
      for await (const { permissionContext } of connection.status())
        if (permissionContext !== undefined) refused.push(permissionContext.subject);
    })();
    for (const subject of subjects) act(connection, subject);
    await eventually('all refused', async () => {
      expect(refused.toSorted()).toEqual(subjects.toSorted());
      return true;
    });
    await connection.close();
  }
});

test('three servers keep each message three times and go on without one of them', async () => {
  await using nats = await startChartNats(3);
  await nats.provision();
  await using bus = await nats.bus('submit');
  await bus.provision({ create: false });
  const [before, after] = ['before', 'after'].map((key) => ({ evaluation: evaluationIdForKey(key), ref: 'a1' }));
  await bus.putEnv(before!, { A: '1' });
  await nats.kill(0);
  await bus.putEnv(after!, { A: '2' });
  expect(await bus.readEnv(before!)).toEqual({ A: '1' });
  expect(await bus.readEnv(after!)).toEqual({ A: '2' });
});
