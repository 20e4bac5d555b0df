import { connectBus, type Bus } from '@lacuna/messaging';
import { composeServices, Lifecycle } from '@lacuna/service-kit';
import { eventually, freePort, startNats, type NatsFixture } from '@lacuna/testing';
import { connect, type NatsConnection } from 'nats';
import { submit } from '../../src/index.ts';

interface SubmitOptions {
  readonly nats?: NatsFixture;
  readonly env?: Readonly<Record<string, string>>;
}

/** The service as a process composes it, on a real nats-server; a bus to tell facts as the other services do, and a plain NATS client. */
export interface SubmitFixture extends AsyncDisposable {
  readonly url: string;
  readonly nats: NatsFixture;
  readonly bus: Bus;
  readonly raw: NatsConnection;
  /** Lines that it logged. */
  readonly log: readonly string[];
  /** Begins the stop, as SIGTERM does; resolves when everything is closed. */
  stop(): Promise<void>;
}

export async function startSubmit({ nats: given, env = {} }: SubmitOptions = {}): Promise<SubmitFixture> {
  await using stack = new AsyncDisposableStack();
  const nats = given ?? stack.use(await startNats());
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log: string[] = [];
  const life = new Lifecycle();
  const stop = async (): Promise<void> => void (await life.stop('test'));
  stack.defer(stop);
  const ended = life.run(() =>
    composeServices([submit], {
      life,
      // As patient as a test: on a busy disk an answer of NATS may take longer than people are made to wait for it.
      env: { LACUNA_NATS_URL: nats.url, LACUNA_PORT: String(port), LACUNA_ANSWER_WITHIN: '30s', ...env },
      destination: { write: (line: string) => void log.push(line) },
    }),
  );
  const failed = ended.then((end) => {
    throw end.kind === 'failed' ? end.error : new Error('it stopped before it was ready');
  });
  const ready = eventually('ready', async () => (await fetch(`${url}/readyz`)).status === 200, { withinMs: 60_000 });
  await Promise.race([ready, failed]);
  failed.catch(() => undefined);
  const bus = stack.use(await connectBus({ servers: [nats.url], name: 'test' }));
  const raw = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  stack.defer(() => raw.close());
  const owned = stack.move();
  return { url, nats, bus, raw, log, stop, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
