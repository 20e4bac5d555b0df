import { createHash } from 'node:crypto';
import type { SpoolOutcome } from '@lacuna/cluster';
import { logSubject } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { connectBus, type Bus } from '@lacuna/messaging';
import { startNats, type NatsFixture } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ReadAheadRoom } from '../src/read-ahead-room.ts';
import { restoreLog } from '../src/restore-log.ts';
import { StoredLog } from '../src/stored-log.ts';

let nats: NatsFixture;
let bus: Bus;
let next = 1;
beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ servers: [nats.url], name: 'restore' });
  await bus.provision();
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const WRITTEN = 'one\ntwo\nthree\n';
const SEAL = { bytes: WRITTEN.length, sha256: createHash('sha256').update(WRITTEN).digest('hex') };

/** A spool that has the output from a byte on, in pieces of four bytes. */
function spoolFrom(from: number): SpoolOutcome {
  async function* body(): AsyncGenerator<{ offset: number; bytes: Uint8Array }> {
    for (let offset = from; offset < WRITTEN.length; offset += 4)
      yield { offset, bytes: bytesOf(WRITTEN.slice(offset, offset + 4)) };
  }
  return { kind: 'open', body: body() };
}

/** Restores a log of which these chunks are stored, with what the cluster answers, one request after the other. */
async function restored(chunks: readonly string[], answers: readonly (() => SpoolOutcome)[], budgetBytes = 1_000) {
  const signal = AbortSignal.timeout(20_000);
  const containerId = `c${next++}`;
  const subject = logSubject(testId(next), 1, 'pod');
  const wishes = { report: 'none', budgetBytes } as const;
  const deps = {
    bus,
    subject,
    containerId,
    wishes,
    onHeldUp: () => undefined,
  };
  const log = await StoredLog.open(deps, signal);
  for (const chunk of chunks) await log.add({ bytes: bytesOf(chunk), mark: undefined, gaps: [] }, signal);
  const left = [...answers];
  const cluster = {
    openSpool: () => Promise.resolve(left.shift()?.() ?? { kind: 'gone' as const, message: 'asked once too often' }),
  };
  const restoration = await restoreLog(
    log,
    SEAL,
    {
      cluster,
      container: { podUid: 'pod', podName: 'pod', containerId },
      chunking: { idleMs: 5, aheadBytes: 1_000, room: new ReadAheadRoom(1_000_000) },
      openStored: (opening) => StoredLog.open(deps, opening),
    },
    signal,
  );
  const parts: Uint8Array[] = [];
  for await (const { bytes } of bus.readLog(subject, { follow: false }, signal)) parts.push(bytes);
  return { restoration, stored: Buffer.concat(parts).toString() };
}

const open = (from: number) => () => spoolFrom(from);

describe('a log that is not whole, and its spool', () => {
  test.each([
    ['its end is missing', ['one\n', 'tw'], 0, 6],
    ['its middle is missing', ['one\n', 'three\n'], 0, 5],
    ['it has bytes that were never written', ['one\n', 'two\nthree\n', 'more\n'], 0, 14],
    ['nothing of it was read', [], 0, 0],
    ['the spool has its end only', ['one\ntwo\nth'], 8, 10],
  ])('when %s, it is what was written, and says from where', async (_, chunks, from, restoredFrom) => {
    const { restoration, stored } = await restored(chunks, [open(from), open(from)]);
    expect(stored).toBe(WRITTEN);
    if (restoration.kind !== 'restored') throw new Error(restoration.why);
    expect(restoration).toMatchObject({ from: restoredFrom, to: WRITTEN.length });
    expect(restoration.log.account.whole()).toMatchObject(SEAL);
  });

  test('a spool that does not answer, or breaks off, is asked again', async () => {
    const failing = () => Promise.reject(new Error('the connection was reset'));
    const breaks = { [Symbol.asyncIterator]: () => ({ next: failing }) };
    const unavailable = () => ({ kind: 'unavailable', message: 'later' }) as const;
    const broken = () => ({ kind: 'open', body: breaks }) as const;
    const { stored } = await restored(['one\n'], [unavailable, broken, open(0), open(0)]);
    expect(stored).toBe(WRITTEN);
  });

  test.each([
    ['begins behind what is stored', ['one\n'], open(8), /begins at byte 8, and only 4/],
    ['is gone', ['one\n'], () => ({ kind: 'gone', message: 'no such pod' }) as const, /no such pod/],
    ['is behind a byte that is wrong', ['oneXtwo\n'], open(8), /not the same ones/],
  ])('a spool that %s changes nothing', async (_, chunks, answer, why) => {
    const { restoration, stored } = await restored(chunks, [answer]);
    expect(stored).toBe(chunks.join(''));
    expect(restoration).toMatchObject({ kind: 'failed', why: expect.stringMatching(why) as string });
  });

  test('no more is stored than the budget allows, and all is counted', async () => {
    const { restoration, stored } = await restored(['one\nX'], [open(0), open(0)], 9);
    expect(stored).toBe(WRITTEN.slice(0, 9));
    if (restoration.kind !== 'restored') throw new Error(restoration.why);
    expect(restoration.log.account.whole()).toMatchObject(SEAL);
    expect(restoration.log.account.stored().bytes).toBe(9);
  });
});
