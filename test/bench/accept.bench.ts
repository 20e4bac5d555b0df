/**
 * Accepting, against bare JetStream publishes with the same durability (`sync_interval: always`), the same size and the same concurrency:
 * submit as a process of its own, the load from this process, on one machine. It does not measure what happens after acceptance.
 */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { freePort, startNats, tempDir } from '@lacuna/testing';
import { connect, headers } from 'nats';
import { ServiceProcess } from '../support/service-process.ts';
import { rateOf, report } from './side.ts';

const COUNT = 3_000;
const CONCURRENCY = 64;
const ROUNDS = 7;
const SPEC = JSON.stringify({ name: 'bench', command: ['true'], labels: { suite: 'bench' } });

await using dir = await tempDir();
await using nats = await startNats();
const port = await freePort();
const submit = new ServiceProcess('submit', {
  LACUNA_NATS_URL: nats.url,
  LACUNA_PORT: String(port),
  LACUNA_DATA_DIR: dir.path,
  LACUNA_LOG_LEVEL: 'warn',
});
submit.start();
await submit.ready();
const connection = await connect({ servers: nats.url });
const jetstream = connection.jetstream();
await (
  await connection.jetstreamManager()
).streams.add({
  name: 'BARE',
  subjects: ['bare.>'],
  max_msgs_per_subject: 1,
  discard: 'new' as never,
  discard_new_per_subject: true,
});
const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

/** As large as the fact that a submission becomes. */
const PAYLOAD = new TextEncoder().encode('x'.repeat(480));
let subject = 0;
const bare = (): Promise<unknown> => {
  const meta = headers();
  meta.set('ce-type', 'dev.lacuna.submitted.v1');
  return jetstream.publish(`bare.${subject++}`, PAYLOAD, { headers: meta });
};

async function overHttp(): Promise<void> {
  const sent = request({
    port,
    host: '127.0.0.1',
    path: '/v1/evaluations',
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'content-length': SPEC.length },
  });
  sent.end(SPEC);
  const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  if (answer.statusCode !== 202) throw new Error(`answered ${answer.statusCode}`);
}

async function overNats(): Promise<void> {
  const reply = await connection.request('lacuna.submit.v1', SPEC, { timeout: 10_000 });
  if (reply.headers?.get('Nats-Service-Error')) throw new Error(reply.string());
}

const sides = { bare, overHttp, overNats };
for (const side of Object.values(sides)) await rateOf(500, CONCURRENCY, side);
const rates = { bare: [] as number[], overHttp: [] as number[], overNats: [] as number[] };
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, side] of Object.entries(sides))
    rates[name as keyof typeof rates].push(await rateOf(COUNT, CONCURRENCY, side));
}
report('accept over HTTP', { ours: rates.overHttp, theirs: rates.bare, target: 0.5 });
report('accept over NATS', { ours: rates.overNats, theirs: rates.bare, target: 0.7 });
agent.destroy();
await connection.close();
await submit.stop();
