import { STREAMS } from '@lacuna/contracts';
import { S3Store } from '@lacuna/log-archive';
import { eventually, startS3, type S3Fixture } from '@lacuna/testing';
import { connect } from 'nats';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LogKeeper, type KeepDeps } from '../src/keep/log-keeper.ts';
import { LogRoom } from '../src/keep/log-room.ts';
import { StuckLogs } from '../src/keep/stuck-logs.ts';
import { startClosedLogs, type ClosedLog, type ClosedLogs } from './support/closed-logs.ts';

const HOUR = 3_600_000;
/** Later than an hour after everything that is told as now. */
const LATER = HOUR + 60_000;
const never = AbortSignal.timeout(300_000);

let s3: S3Fixture;
let logs: ClosedLogs;
beforeAll(async () => {
  s3 = await startS3();
  logs = await startClosedLogs(new S3Store(s3, 'lacuna/'));
});
afterAll(async () => {
  await logs[Symbol.asyncDispose]();
  await s3[Symbol.asyncDispose]();
});

/** The clock of the keepers, ahead of ours. */
let ahead = 0;
beforeEach(() => void (ahead = 0));

function keeper(settings: Partial<KeepDeps> = {}, aboveBytes?: number) {
  const now = (): number => Date.now() + ahead;
  const { bus, archive } = logs;
  const stuck = new StuckLogs({ bus, now, warn: () => undefined });
  const room = new LogRoom({ bus, aboveBytes, isHeldUp: () => false });
  const done = { archived: 0, removed: 0 };
  const deps: KeepDeps = {
    bus,
    archive,
    room,
    stuck,
    now,
    archiveAfterMs: HOUR,
    retentionMs: undefined,
    onDone: (what) => void done[what]++,
    onError: () => undefined,
    ...settings,
  };
  return { keeper: new LogKeeper(deps), stuck, room, done };
}

const isWhole = async (closed: ClosedLog): Promise<boolean> => (await closed.read()).equals(closed.original);

/** Runs a keeper until the end of the scope. */
function running(...args: Parameters<typeof keeper>) {
  const made = keeper(...args);
  const stop = new AbortController();
  const ended = made.keeper.run(stop.signal);
  return {
    ...made,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

test('a closed log is moved when its time has come, and not before', async () => {
  const closed = await logs.add();
  const { keeper: keeping } = keeper();
  await keeping.lookAtStream(never);
  expect(await closed.inStream()).toBe(300_000);
  ahead = LATER;
  await keeping.lookAtStream(never);
  expect(await closed.inStream()).toBe(0);
  expect(await isWhole(closed)).toBe(true);
});

test('closed logs make room before their time when the stream is filling up, no more of them than it takes', async () => {
  const some = await Promise.all(Array.from({ length: 8 }, () => logs.add(200_000)));
  const connection = await connect({ servers: logs.nats.url });
  const manager = await connection.jetstreamManager();
  const { config } = await manager.streams.info(STREAMS.logs.name);
  await manager.streams.update(STREAMS.logs.name, { ...config, max_bytes: 1_500_000 });
  {
    await using keeping = running();
    await eventually('there is room', async () => (await logs.bus.logStoreState()).bytes <= 1_200_000);
    await eventually(
      'it has looked again, and nothing more goes',
      () => !keeping.room.isNeeded && keeping.done.archived > 1,
    );
  }
  await manager.streams.update(STREAMS.logs.name, { ...config, max_bytes: -1 });
  await connection.close();
  for (const closed of some) expect(await isWhole(closed)).toBe(true);
  const stayed = (await Promise.all(some.map((closed) => closed.inStream()))).filter((bytes) => bytes > 0);
  expect(stayed.length).toBeGreaterThan(0);
});

test('a log that is empty, open, or of nobody is left alone', async () => {
  const writer = await logs.bus.openLog('lacuna.log.not-an-evaluation.1.pod', 'c');
  await writer.append({ offset: 0, bytes: Buffer.from('x') });
  ahead = 100 * HOUR;
  await keeper({ retentionMs: HOUR }).keeper.lookAtStream(never);
  expect((await logs.bus.logEnd('lacuna.log.not-an-evaluation.1.pod')).offset).toBe(1);
});

test('while the store can not be reached everything stays readable, one alert is raised, and it is over when all is moved', async () => {
  const some = await Promise.all(Array.from({ length: 6 }, () => logs.add(50_000)));
  const told = async () => (await Promise.all(some.map((closed) => closed.facts('log-stuck')))).flat();
  await s3.stop();
  {
    await using keeping = running({ archiveAfterMs: 0 });
    await eventually('somebody is told', async () => (await told()).length > 0, { withinMs: 20_000 });
    expect(keeping.stuck.size).toBeGreaterThan(0);
  }
  expect((await told()).map(({ data }) => data)).toMatchObject([
    {
      state: 'stuck',
      why: expect.stringMatching(
        /^the log archive s3:\/\/logs\/lacuna\/ could not be written to: .*ECONNREFUSED/,
      ) as string,
    },
  ]);
  for (const closed of some) expect(await isWhole(closed)).toBe(true);
  await s3.restart();
  await using again = running({ archiveAfterMs: 0 });
  await eventually('all are moved', async () =>
    (await Promise.all(some.map((closed) => closed.inStream()))).every((bytes) => bytes === 0),
  );
  expect(again.done.archived).toBeGreaterThan(0);
  await eventually('it is over', async () => (await told()).filter(({ data }) => data.state === 'over').length === 1);
  for (const closed of some) expect(await isWhole(closed)).toBe(true);
});

test('a log that the stream has lost is told once, by name, and holds up no other', async () => {
  const [lost, other] = [await logs.add(), await logs.add()];
  await logs.bus.purgeLog(lost.log.subject);
  const writer = await logs.bus.openLog(lost.log.subject, 'c');
  await writer.append({ offset: 0, bytes: lost.original.subarray(0, 10) });
  ahead = LATER;
  const { keeper: keeping } = keeper();
  await expect(keeping.lookAtStream(never)).rejects.toMatchObject({ code: 'log-damaged' });
  await keeping.lookAtStream(never);
  await keeper()
    .keeper.lookAtStream(never)
    .catch(() => undefined);
  expect((await lost.facts('log-stuck')).map(({ data }) => data)).toMatchObject([
    { state: 'stuck', why: 'the stored log has 10 bytes, its statement says 300000' },
  ]);
  expect(await other.inStream()).toBe(0);
  await logs.bus.purgeLog(lost.log.subject);
});

describe('retention', () => {
  const expectRemoved = async (closed: ClosedLog): Promise<void> => {
    await expect(closed.read()).rejects.toMatchObject({ code: 'log-removed' });
    expect(await closed.inStream()).toBe(0);
  };

  test('removes from the stream and from the archive what is older, and nothing else', async () => {
    const [inArchive, inStream] = [await logs.add(), await logs.add()];
    ahead = LATER;
    await keeper().keeper.lookAtStream(never);
    const late = await logs.add();
    const { keeper: keeping, done } = keeper({ retentionMs: HOUR / 2, archiveAfterMs: 100 * HOUR });
    ahead = 0;
    await keeping.lookAtStream(never);
    await keeping.lookAtArchive(never);
    expect(done.removed).toBe(0);
    ahead = LATER;
    await keeping.lookAtStream(never);
    await keeping.lookAtArchive(never);
    for (const closed of [inArchive, inStream, late]) await expectRemoved(closed);
    expect(await Array.fromAsync(logs.archive.list(never))).toEqual([]);
    const [fact] = await inArchive.facts('log-removed');
    expect(fact?.data).toMatchObject({ bytes: 300_000, sha256: inArchive.log.statement.sha256, retentionMs: HOUR / 2 });
  });

  test('works without an archive, and on what is compacted', async () => {
    const closed = await logs.add();
    const compacted = await logs.bus.compact(await logs.bus.readHistory(closed.log.evaluation), Date.now());
    expect(compacted.kind).toBe('compacted');
    ahead = LATER;
    await keeper({ archive: undefined, retentionMs: HOUR }).keeper.lookAtStream(never);
    await expectRemoved(closed);
  });

  test('removes what was written to the archive and no fact tells of', async () => {
    const closed = await logs.add();
    const { bytes, sha256 } = closed.log.statement;
    await logs.archive.write(closed.log, { bytes, sha256 }, oneOf(closed.original), never);
    ahead = 2 * HOUR;
    await keeper({ retentionMs: HOUR, archiveAfterMs: 100 * HOUR }).keeper.lookAtArchive(never);
    await expectRemoved(closed);
    expect(await Array.fromAsync(logs.archive.list(never))).toEqual([]);
  });
});

test('several replicas move all of many logs, each of them whole', async () => {
  const some = await Promise.all(Array.from({ length: 40 }, () => logs.add(20_000)));
  ahead = LATER;
  await Promise.all(Array.from({ length: 3 }, () => keeper().keeper.lookAtStream(never)));
  for (const closed of some) {
    expect(await closed.inStream()).toBe(0);
    expect(await isWhole(closed)).toBe(true);
    expect(await closed.facts('log-archived')).toHaveLength(1);
  }
});

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
