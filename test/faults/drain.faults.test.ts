import type { EvaluationId } from '@lacuna/contracts';
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
