import { connect, type NatsConnection } from 'nats';
import { startNats, type NatsFixture } from '@lacuna/testing';
import type { Fact } from '@lacuna/contracts';
import { connectBus, type Bus, type CaughtUp, type RecordedFact } from '../src/index.ts';

/** A provisioned server, a bus on it, and a plain client for what happens behind the bus's back. */
export interface BusFixture extends AsyncDisposable {
  readonly nats: NatsFixture;
  readonly bus: Bus;
  readonly raw: RawClient;
  /** One more bus, as another replica or service has it. */
  connect(name?: string): Promise<Bus>;
}

export async function startBus(): Promise<BusFixture> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startNats());
  const bus = stack.use(await connectBus({ servers: [nats.url], name: 'test' }));
  await bus.provision();
  const raw = stack.use(await RawClient.connect(nats.url));
  const kept = stack.move();
  return {
    nats,
    bus,
    raw,
    connect: async (name = 'other') => kept.use(await connectBus({ servers: [nats.url], name })),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** NATS without our code in between. */
export class RawClient implements AsyncDisposable {
  readonly client: NatsConnection;

  private constructor(client: NatsConnection) {
    this.client = client;
  }

  static async connect(url: string): Promise<RawClient> {
    return new RawClient(await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100 }));
  }

  async api<T>(verb: string, body: object = {}): Promise<T> {
    const reply = await this.client.request(`$JS.API.${verb}`, JSON.stringify(body), { timeout: 5_000 });
    const answer = reply.json<T & { error?: { description: string } }>();
    if (answer.error !== undefined) throw new Error(`${verb}: ${answer.error.description}`);
    return answer;
  }

  /** Changes settings of a stream, as an operator might. */
  async editStream(name: string, settings: object): Promise<void> {
    const { config } = await this.api<{ config: object }>(`STREAM.INFO.${name}`);
    await this.api(`STREAM.UPDATE.${name}`, { ...config, ...settings });
  }

  /** How many messages a stream holds. */
  async count(stream: string): Promise<number> {
    return (await this.api<{ state: { messages: number } }>(`STREAM.INFO.${stream}`)).state.messages;
  }

  /** The last message on a subject, as the server keeps it. */
  async last(stream: string, subject: string): Promise<{ headers: string; body: Buffer }> {
    const { message } = await this.api<{ message: { data?: string; hdrs?: string } }>(`STREAM.MSG.GET.${stream}`, {
      last_by_subj: subject,
    });
    return {
      headers: Buffer.from(message.hdrs ?? '', 'base64').toString(),
      body: Buffer.from(message.data ?? '', 'base64'),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}

/** Publishes many facts, some at a time. */
export async function publishAll(
  bus: Bus,
  facts: readonly Fact[],
  { atOnce = 32, onPublished = (): void => {} } = {},
): Promise<void> {
  const queue = [...facts];
  const publisher = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await bus.publishFact(next);
      onPublished();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, publisher));
}

/** All facts there are, as a follower sees them. */
export async function allFacts(bus: Bus): Promise<RecordedFact[]> {
  const facts: RecordedFact[] = [];
  for await (const item of bus.follow({}, AbortSignal.timeout(90_000))) {
    if (isCaughtUp(item)) return facts;
    facts.push(item);
  }
  throw new Error(`not caught up after ${facts.length} facts`);
}

export function isCaughtUp(item: RecordedFact | CaughtUp): item is CaughtUp {
  return 'kind' in item;
}
