import { logSubject, STREAMS, type LogStatement } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { connectBus, type Bus } from '@lacuna/messaging';
import { eventually, startNats, type NatsFixture } from '@lacuna/testing';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LogClosed, OtherWriter, StoredLog } from '../src/stored-log.ts';

let server: NatsFixture;
let nats: NatsConnection;
let bus: Bus;
beforeAll(async () => {
  server = await startNats();
  nats = await connect({ servers: server.url });
  bus = await connectBus({ servers: [server.url], name: 'stored-log-test' });
  await bus.provision();
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await nats.close();
  await server[Symbol.asyncDispose]();
});

const signal = AbortSignal.timeout(60_000);
const bytes = new TextEncoder().encode('the log\n');
const STATEMENT: LogStatement = { state: 'sealed', bytes: bytes.length, lines: 1, sha256: 'a'.repeat(64), tried: [] };
const chunk = { bytes, mark: undefined, gaps: [] };

/** As an operator sets it: as much as is stored, and not a byte more; or no limit. */
async function limitTo(limit: 'what is stored' | 'nothing'): Promise<void> {
  const { streams } = await nats.jetstreamManager();
  const { config, state } = await streams.info(STREAMS.logs.name);
  await streams.update(STREAMS.logs.name, { ...config, max_bytes: limit === 'nothing' ? -1 : state.bytes });
}

describe('where the store has no room', () => {
  let number = 0;
  let subject = '';
  const words: (string | undefined)[] = [];
  const open = (): Promise<StoredLog> =>
    StoredLog.open(
      { bus, subject, containerId: 'c-1', wishes: { report: 'none' }, onHeldUp: (why) => words.push(why) },
      signal,
    );
  beforeEach(async () => {
    subject = logSubject(testId(++number), 1, 'pod-1');
    words.length = 0;
    await limitTo('nothing');
  });

  test('a log is closed as soon as there is some, and a writer that comes behind that adds nothing', async () => {
    const log = await open();
    await log.add(chunk, signal);
    const late = await open();
    await limitTo('what is stored');
    expect(await log.close(STATEMENT)).toBe(false);
    const closing = log.closeWhenRoom(STATEMENT, signal);
    await limitTo('nothing');
    await closing;
    await expect(open()).rejects.toBeInstanceOf(LogClosed);
    await expect(late.truncate(0, signal)).rejects.toBeInstanceOf(OtherWriter);
    await expect(late.add(chunk, signal)).rejects.toBeInstanceOf(OtherWriter);
  });

  test('a log that is moved away meanwhile is not closed any more, so nothing of it is left', async () => {
    const log = await open();
    await log.add(chunk, signal);
    await limitTo('what is stored');
    expect(await log.close(STATEMENT)).toBe(false);
    await bus.purgeLog(subject);
    await log.closeWhenRoom(STATEMENT, signal);
    expect(await bus.storedLogs()).not.toContain(subject);
  });

  test('to take back waits for some, and says so', async () => {
    const log = await open();
    await log.add(chunk, signal);
    await limitTo('what is stored');
    const taken = log.truncate(0, signal);
    expect(await eventually('it is told', () => words[0])).toMatch(/maximum bytes/);
    await limitTo('nothing');
    await taken;
    expect(words.at(-1)).toBeUndefined();
    expect((await open()).account.bytes).toBe(0);
  });
});
