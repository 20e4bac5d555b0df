/**
 * Memory, as resident sets of whole processes. Per open evaluation: growth of trace-audit over evaluations whose containers run.
 * All in one, idle: `lacuna up` (nats-server, Jaeger and the embedded cluster's agent are processes of their own).
 */
import { readFile } from 'node:fs/promises';
import { evaluationIdFrom, encodeFact, factSubject } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { eventually, freePort, startNats } from '@lacuna/testing';
import { connect } from 'nats';
import { ServiceProcess } from '../support/service-process.ts';
import { startUp } from '../support/up.ts';
import { rateOf } from './side.ts';

const OPEN = 10_000;

async function residentKib(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
}

/** Idle means idle: waits until the resident set has not moved for two seconds. */
async function settledKib(pid: number | undefined): Promise<number> {
  let last = 0;
  let since = performance.now();
  return eventually(
    'a steady resident set',
    async () => {
      const now = await residentKib(pid);
      if (Math.abs(now - last) > 1_024) [last, since] = [now, performance.now()];
      return performance.now() - since > 2_000 ? now : undefined;
    },
    { withinMs: 60_000 },
  );
}

async function perOpenEvaluation(): Promise<number> {
  await using nats = await startNats();
  const port = String(await freePort());
  const audit = new ServiceProcess('trace-audit', {
    LACUNA_NATS_URL: nats.url,
    LACUNA_HEALTH_PORT: port,
    LACUNA_LOG_LEVEL: 'error',
  });
  audit.start();
  await audit.ready();
  const before = await settledKib(audit.pid);
  const connection = await connect({ servers: nats.url });
  const jetstream = connection.jetstream();
  const facts = Array.from({ length: OPEN }, (_, i) => {
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setUint32(0, i);
    // An hour to run, so that none is overdue while it is counted.
    return new Story(evaluationIdFrom(bytes))
      .running({ timeout: '168h' })
      .facts.map(({ fact }) => ({ ...fact, at: Date.now(), seenAt: Date.now() }));
  }).flat();
  await rateOf(facts.length, 128, (i) => jetstream.publish(factSubject(facts[i]!), encodeFact(facts[i]!)));
  await eventually(
    'all facts folded',
    async () =>
      (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).includes(`lacuna_evaluations_open ${OPEN}`),
    { withinMs: 60_000 },
  );
  const after = await settledKib(audit.pid);
  await connection.close();
  await audit.kill9();
  return (after - before) / OPEN;
}

const kib = await perOpenEvaluation();
console.log(`per open evaluation in trace-audit: ${kib.toFixed(1)} kB (target 16 kB: ${kib <= 16 ? 'met' : 'MISSED'})`);

await using up = await startUp();
const { id } = await up.client.submit({ command: ['true'] });
await up.client.waitUntilSettled(id, { signal: AbortSignal.timeout(20_000) });
const mb = (await settledKib(up.pid)) / 1_024;
console.log(`all in one, idle: ${mb.toFixed(0)} MB resident (target 250 MB: ${mb <= 250 ? 'met' : 'MISSED'})`);
