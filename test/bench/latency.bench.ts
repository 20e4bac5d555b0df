/**
 * Idle latency, one evaluation at a time, all services in one process: from the arrival of the request to the start of the container, and
 * from the end of the container (with an empty log) to the verdict. By the times in the facts themselves.
 */
import type { Fact } from '@lacuna/contracts';
import { connect } from 'nats';
import { startUp } from '../support/up.ts';
import { median } from './side.ts';

const COUNT = 100;

await using up = await startUp();
const connection = await connect({ servers: up.nats });
const toStart: number[] = [];
const toVerdict: number[] = [];
for (let i = 0; i < COUNT + 10; i++) {
  const at = await timesOf();
  if (i < 10) continue;
  toStart.push(at['container-started']! - at['submitted']!);
  toVerdict.push(at['settled']! - at['container-ended']!);
}
const line = (what: string, values: readonly number[], target: number): void => {
  const p50 = median(values);
  const p95 = [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? Number.NaN;
  console.log(
    `${what}: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms (target p50 ${target} ms: ${p50 <= target ? 'met' : 'MISSED'})`,
  );
};
line('submit to container started', toStart, 50);
line('container ended to settled', toVerdict, 150);
await connection.close();

async function timesOf(): Promise<Partial<Record<string, number>>> {
  const { id } = await up.client.submit({ command: ['true'] });
  await up.client.waitUntilSettled(id, { signal: AbortSignal.timeout(10_000) });
  const manager = await connection.jetstreamManager();
  const at: Partial<Record<string, number>> = {};
  for (const type of ['submitted', 'container-started.>', 'container-ended.>', 'settled']) {
    const message = await manager.streams.getMessage('LACUNA_FACTS', {
      last_by_subj: `lacuna.evaluation.${id}.1.${type}`,
    });
    const fact = message.json<Fact>();
    at[fact.type] = fact.at;
  }
  return at;
}
