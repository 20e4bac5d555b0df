import { setTimeout as pass } from 'node:timers/promises';
import type { EvaluationId } from '@lacuna/contracts';
import { expect, test } from 'vitest';
import { untilSettled } from '../support/settled.ts';
import { startSystem } from '../support/system.ts';
import { wholeTraces } from '../support/whole-trace.ts';

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
  for (const id of ids) expect((await untilSettled(system.client, id)).verdict).toBe('passed');
  await system.jaeger.restart();
  await wholeTraces(system.jaeger, ids, 150_000);
}, 300_000);
