import { setTimeout as pass } from 'node:timers/promises';
import { traceIdOf, type EvaluationId } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { brokenTrace } from '../support/history.ts';
import { startSystem } from '../support/system.ts';

/** As long as an operator needs to restart a trace store. */
const DOWN_MS = 60_000;
const LOAD = 120;

test('Jaeger stopped for a minute during load: afterwards every contract span is there, once', async () => {
  await using system = await startSystem();
  const ids: EvaluationId[] = [];
  const submit = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++)
      ids.push((await system.client.submit({ name: 'load', command: ['sh', '-c', 'echo hi'] })).id);
  };
  await submit(LOAD / 3);
  await system.jaeger.stop();
  await submit(LOAD / 3);
  await pass(DOWN_MS);
  await submit(LOAD / 3);
  for (const id of ids)
    expect((await system.client.waitUntilSettled(id, { signal: AbortSignal.timeout(60_000) })).verdict).toBe('passed');
  await system.jaeger.restart();
  await eventually(
    'every trace whole in Jaeger',
    async () => {
      const problems = (
        await Promise.all(ids.map(async (id) => brokenTrace(id, await system.jaeger.trace(traceIdOf(id)))))
      ).flat();
      if (problems.length > 0)
        throw new Error(`${problems.length} problems, such as ${problems.slice(0, 3).join('; ')}`);
      return true;
    },
    { withinMs: 90_000 },
  );
}, 300_000);
