/**
 * The scanner of logs, in MB/s, over lines without any signal. Then diagnosing 10,000 evaluations, half of them broken: the rules alone on
 * one core, and `GET /v1/diagnosis` over the whole way with the evaluations in the stream; for those of which facts do not say why they failed
 * it reads the ends of the newest logs, 256 KiB each. Run with `node`.
 */
import { createClient } from '@lacuna/client';
import { Story } from '@lacuna/contracts/testing';
import { evaluationIdFrom, logSubject, type EvaluationId } from '@lacuna/contracts';
import { diagnose, LogScanner } from '@lacuna/diagnosis';
import { decide, fold } from '@lacuna/lifecycle';
import { connectBus } from '@lacuna/messaging';
import { eventually } from '@lacuna/testing';
import { startSystem } from '../support/system.ts';

const EVALUATIONS = 10_000;
const TARGET_MS = 2_000;
/** Logs that are there to be read, more than are read, and how long each is. */
const LOGS = 64;
const LOG_BYTES = 256 * 1024;

function idOf(number: number): EvaluationId {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, number);
  return evaluationIdFrom(bytes);
}

/** One of eight: only its log can say why. */
const failedByItself = (number: number): boolean => number % 8 === 3;

/** As the services would have told it, judged. */
function lifeOf(number: number, begin: number): Story {
  const story = new Story(idOf(number), begin).running().after(500);
  if (number % 2 === 0) story.ended().logClosed().reportRead();
  else if (failedByItself(number)) story.ended({ exitCode: 1, reason: 'Error' }).logClosed().reportRead();
  else if (number % 4 === 1) story.ended({ reason: 'OOMKilled', exitCode: 137 }).logClosed().reportRead();
  else
    story
      .ended({ exitCode: 1, reason: 'Error' })
      .logClosed({ state: 'truncated', bytes: 60, reason: 'log cut' })
      .reportRead();
  for (const fact of decide(fold(story.id, story.facts), story.now)) story.facts.push({ fact, storedAt: story.now });
  return story;
}

const line = '2026-11-23T10:15:30.123Z INFO shop.orders: accepted order 4711 of customer 0815\n';
const chunk = Buffer.from(line.repeat(3_277));
const scanner = new LogScanner();
const scanFrom = performance.now();
for (let i = 0; i < 2_000; i++) scanner.write(chunk);
const { bytes } = scanner.end();
const rate = bytes / 1e3 / (performance.now() - scanFrom);
console.log(`log scanner: ${rate.toFixed(0)} MB/s (target 200: ${rate >= 200 ? 'met' : 'MISSED'})`);

const begin = Date.now() - 600_000;
const stories = Array.from({ length: EVALUATIONS }, (_, i) => lifeOf(i, begin + i * 10));

function rules(): number {
  const evaluations = stories.map((story) => fold(story.id, story.facts));
  const startedAt = performance.now();
  for (const evaluation of evaluations) diagnose(evaluation, { now: Date.now() });
  return performance.now() - startedAt;
}
rules();
say(`rules alone, ${EVALUATIONS} evaluations`, rules());

await using system = await startSystem({ services: ['submit'] });
await using bus = await connectBus({ servers: [system.nats.url], name: 'bench' });
const facts = stories.flatMap((story) => story.facts.map(({ fact }) => fact)).values();
const publisher = async (): Promise<void> => {
  for (const fact of facts) await bus.publishFact(fact);
};
await Promise.all(Array.from({ length: 256 }, publisher));
for (const [number, { id, podUid }] of stories.entries()) {
  if (!failedByItself(number) || number < EVALUATIONS - 8 * LOGS) continue;
  const writer = await bus.openLog(logSubject(id, 1, podUid), `container-of-${id}`);
  await writer.append({ offset: 0, bytes: chunk.subarray(0, LOG_BYTES) });
}
const client = createClient({ url: system.url });
const since = new Date(begin - 1_000);
await eventually('all read', async () => (await client.diagnoseRange({ since })).broken === EVALUATIONS / 2, {
  withinMs: 120_000,
});
const times: number[] = [];
for (let round = 0; round < 5; round++) {
  const startedAt = performance.now();
  const { examined, causes } = await client.diagnoseRange({ since });
  times.push(performance.now() - startedAt);
  if (examined !== EVALUATIONS || causes.length === 0) throw new Error(`only ${examined} were examined`);
}
say(`GET /v1/diagnosis over ${EVALUATIONS} evaluations (median of 5)`, times.sort((a, b) => a - b)[2] ?? Number.NaN);

function say(what: string, ms: number): void {
  console.log(`${what}: ${ms.toFixed(0)} ms (target ${TARGET_MS} ms: ${ms <= TARGET_MS ? 'met' : 'MISSED'})`);
}
