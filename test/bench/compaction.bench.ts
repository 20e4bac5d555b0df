/**
 * What compacting saves and costs, with 10,000 settled evaluations in the stream: the nats-server's memory after a restart, the messages, the bytes;
 * CPU and time an evaluation; and how long a service that starts from nothing reads. Four followers listen, as the services do.
 */
import { evaluationIdFrom, type EvaluationId } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { decide, fold } from '@lacuna/lifecycle';
import { connectBus } from '@lacuna/messaging';
import { eventually, startNats } from '@lacuna/testing';
import { connect } from 'nats';
import { usageByProcess } from './process-usage.ts';
import { rateOf } from './side.ts';

const COUNT = Number(process.argv[2] ?? 10_000);
const FOLLOWERS = 4;

const ids = Array.from({ length: COUNT }, (_, i): EvaluationId => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, i);
  return evaluationIdFrom(bytes);
});

/** As the services would have told it, judged. */
function lifeOf(id: EvaluationId): Story {
  const story = new Story(id, Date.now() - 600_000).running().after(500).ended().logClosed().reportRead();
  for (const fact of decide(fold(id, story.facts), story.now)) story.facts.push({ fact, storedAt: story.now });
  return story;
}

await using nats = await startNats();
await using bus = await connectBus({ servers: [nats.url], name: 'bench' });
await bus.provision();
const facts = ids.flatMap((id) => lifeOf(id).facts.map(({ fact }) => fact));
await rateOf(facts.length, 256, (i) => bus.publishFact(facts[i]!));
await describe('before');

const stop = new AbortController();
const following = Array.from({ length: FOLLOWERS }, async () => {
  for await (const _ of bus.followOpen({}, stop.signal));
});
const [ours, theirs] = [process.cpuUsage(), await cpuOfNats()];
let bytes = 0;
const rate = await rateOf(COUNT, 4, async (i) => {
  const outcome = await bus.compact(await bus.readHistory(ids[i]!), Date.now());
  bytes += outcome.bytes;
});
const { user, system } = process.cpuUsage(ours);
const cpu = `${((user + system) / 1_000 / COUNT).toFixed(2)} ms here, ${(((await cpuOfNats()) - theirs) / COUNT).toFixed(2)} ms in nats-server`;
console.log(
  `compacted ${rate.toFixed(0)}/s; CPU an evaluation: ${cpu}; a record has ${(bytes / COUNT).toFixed(0)} bytes`,
);
stop.abort();
await Promise.all(following);
await describe('after');

async function cpuOfNats(): Promise<number> {
  return (await usageByProcess()).get('nats-server')?.cpuMs ?? Number.NaN;
}

/** The server is started anew, so that what it does not need is not counted. */
async function describe(when: string): Promise<void> {
  await nats.restart();
  await eventually('connected', () => bus.status === 'connected');
  const connection = await connect({ servers: nats.url });
  const { state } = await (await connection.jetstreamManager()).streams.info('LACUNA_FACTS');
  await connection.close();
  const begin = performance.now();
  let read = 0;
  for await (const item of bus.follow({}, AbortSignal.timeout(300_000))) {
    if ('kind' in item) break;
    read++;
  }
  const seconds = ((performance.now() - begin) / 1_000).toFixed(1);
  if (read !== facts.length) throw new Error(`${read} facts instead of ${facts.length}`);
  const resident = (await usageByProcess()).get('nats-server')?.residentMb.toFixed(0);
  console.log(
    `${when}: ${state.messages} messages, ${(state.bytes / 1e6).toFixed(1)} MB stored, nats-server ${resident} MB; all ${read} facts read in ${seconds} s`,
  );
}
