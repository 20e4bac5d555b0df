import type { EvaluationId } from '@lacuna/contracts';
import { eventually, tempDir } from '@lacuna/testing';
import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { SERVICES } from '../support/service-process.ts';
import { untilSettled } from '../support/settled.ts';
import { startSystem } from '../support/system.ts';

test('SIGTERM in the middle of work drains every service within 10 s, and nothing is lost', async () => {
  await using system = await startSystem();
  const specs = Array.from({ length: 60 }, (_, i) => ({
    name: `work-${i}`,
    command: ['sh', '-c', `echo begin; sleep 0.${i % 5}; echo end`],
  }));
  const ids: EvaluationId[] = [];
  for (const spec of specs) ids.push((await system.client.submit(spec)).id);
  for (const name of SERVICES) {
    const begin = performance.now();
    expect(await system.services[name].stop(), `exit code of ${name}: ${system.services[name].output}`).toBe(0);
    expect(performance.now() - begin, `time that ${name} took to drain, in ms`).toBeLessThan(10_000);
    system.services[name].start();
    await system.services[name].ready();
  }
  for (const id of ids) {
    const view = await untilSettled(system.client, id);
    expect(view.verdict, `${id}: ${view.reason}`).toBe('passed');
    expect(view.findings).toEqual([]);
  }
});

test('SIGTERM while NATS is stuck ends every service in good order within seconds; nothing is lost and nothing is done twice', async () => {
  await using system = await startSystem();
  await using marks = await tempDir();
  const work = Array.from({ length: 12 }, (_, i) => ({
    name: `stuck-${i}`,
    command: [
      'sh',
      '-c',
      `touch ${marks.path}/begun-${i}; echo begin; sleep ${i % 5}; echo end; touch ${marks.path}/ended-${i}`,
    ],
  }));
  const ids: EvaluationId[] = [];
  for (const spec of work) ids.push((await system.client.submit(spec)).id);
  const marked = async (what: string): Promise<boolean> =>
    (await readdir(marks.path)).filter((name) => name.startsWith(what)).length === work.length;
  await eventually('all have begun', () => marked('begun'), { withinMs: 60_000 });
  system.nats.pause();
  const late = { name: 'late', command: ['true'], env: { CANARY: 'a value' } };
  const unanswered = fetch(`${system.url}/v1/evaluations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'late' },
    body: JSON.stringify(late),
  }).then(
    ({ status }) => status,
    () => 'cut',
  );
  // Nobody can store that they ended.
  await eventually('all have ended', () => marked('ended'), { withinMs: 60_000 });
  const stopped = await Promise.all(SERVICES.map((name) => system.services[name].stop()));
  // Zero also says that it did not take the ten seconds that a stop may take.
  for (const [i, name] of SERVICES.entries())
    expect(stopped[i], `exit code of ${name}: ${system.services[name].output}`).toBe(0);
  expect([503, 'cut']).toContain(await unanswered);

  system.nats.resume();
  for (const name of SERVICES) system.services[name].start();
  for (const name of SERVICES) await system.services[name].ready();
  ids.push((await system.client.submit(late, { idempotencyKey: 'late' })).id);
  for (const id of ids) {
    const view = await untilSettled(system.client, id);
    expect(view.verdict, `${id}: ${view.reason}`).toBe('passed');
    expect(view.attempts).toHaveLength(1);
  }
});
