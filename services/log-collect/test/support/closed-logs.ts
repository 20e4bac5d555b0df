import { createHash, randomBytes } from 'node:crypto';
import { logSubject, type EvaluationId, type Fact, type FactOf, type FactType } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { fold } from '@lacuna/lifecycle';
import { DirectoryStore, LogArchive, readClosedLog, type ObjectStore } from '@lacuna/log-archive';
import { connectBus, type Bus } from '@lacuna/messaging';
import { startNats, tempDir, type NatsFixture } from '@lacuna/testing';
import type { ClosedLogRef } from '../../src/keep/closed-log-ref.ts';

/** A real nats-server with closed logs in its stream, and an archive in a directory. */
export interface ClosedLogs extends AsyncDisposable {
  readonly nats: NatsFixture;
  readonly bus: Bus;
  readonly store: ObjectStore;
  readonly archive: LogArchive;
  /** One more, of `size` bytes, of an evaluation of its own. */
  add(size?: number): Promise<ClosedLog>;
}

export interface ClosedLog {
  readonly log: ClosedLogRef;
  readonly told: FactOf<'log-closed'>;
  readonly original: Buffer;
  /** What a reader gets now, by the facts as they are now. Throws what the reader is told. */
  read(fromOffset?: number): Promise<Buffer>;
  /** Bytes that the stream has of it. */
  inStream(): Promise<number>;
  facts<T extends FactType>(type: T): Promise<FactOf<T>[]>;
}

const signal = AbortSignal.timeout(300_000);

/** The store is a directory unless another one is given. */
export async function startClosedLogs(given?: ObjectStore): Promise<ClosedLogs> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startNats());
  const dir = stack.use(await tempDir());
  const bus = stack.use(await connectBus({ servers: [nats.url], name: 'test' }));
  await bus.provision();
  const store = given ?? new DirectoryStore(dir.path);
  const archive = new LogArchive(store);
  let made = 0;
  const owned = stack.move();
  return {
    nats,
    bus,
    store,
    archive,
    add: (size = 300_000) => closedLog({ bus, archive }, testId(++made), size),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function closedLog(
  { bus, archive }: { readonly bus: Bus; readonly archive: LogArchive },
  id: EvaluationId,
  size: number,
): Promise<ClosedLog> {
  // Noise, because text is packed and would take next to no room.
  const original = randomBytes(size);
  const story = new Story(id, Date.now()).running().after(5).ended();
  const subject = logSubject(id, 1, story.podUid);
  const writer = await bus.openLog(subject, 'container');
  for (let offset = 0; offset < size; offset += 100_000)
    await writer.append({ offset, bytes: original.subarray(offset, offset + 100_000) });
  story.logClosed({ bytes: size, sha256: createHash('sha256').update(original).digest('hex') }).reportRead();
  for (const { fact } of story.facts) await bus.publishFact(fact);
  const told = story.facts.map(({ fact }) => fact).find((fact) => fact.type === 'log-closed');
  if (told === undefined) throw new Error('the story closes no log');
  return {
    told,
    log: {
      evaluation: id,
      attempt: 1,
      podUid: story.podUid,
      subject,
      statement: told.data.statement,
      closedAt: told.at,
    },
    original,
    inStream: async () => (await bus.logEnd(subject)).offset,
    async facts<T extends FactType>(type: T) {
      const isWanted = (fact: Fact): fact is Fact & FactOf<T> => fact.type === type;
      return (await bus.readFacts(id)).map(({ fact }) => fact).filter(isWanted);
    },
    async read(fromOffset = 0) {
      const pod = fold(id, await bus.readFacts(id)).attempts[1]?.pods[story.podUid];
      const { statement } = told.data;
      const closed = { subject, statement, archived: pod?.logArchived, removed: pod?.logRemoved };
      const parts: Uint8Array[] = [];
      for await (const { bytes } of readClosedLog({ stream: bus, archive }, closed, fromOffset, signal))
        parts.push(bytes);
      return Buffer.concat(parts);
    },
  };
}
