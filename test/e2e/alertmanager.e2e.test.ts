import { eventually } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { startAlertmanager } from '../support/alertmanager.ts';
import { untilSettled } from '../support/settled.ts';
import { startSystem } from '../support/system.ts';

test('Alertmanager shows one alert for a pod that is missing, and none any more when the pod came after all', async (context) => {
  await using alertmanager = await startAlertmanager();
  if (alertmanager === undefined) return context.skip('no Alertmanager: apt-get install prometheus-alertmanager');
  await using system = await startSystem({
    env: { LACUNA_ALERTMANAGER_URL: alertmanager.url, LACUNA_DEADLINES: 'pod.create=3s+60s' },
  });
  const { id } = await system.client.submit({
    name: 'late',
    command: ['true'],
    labels: { 'lacuna.fault': 'slow-pod:9000' },
  });
  const [firing, ...more] = await eventually(
    'firing',
    async () => {
      const alerts = await alertmanager.firing(id);
      return alerts.length > 0 ? alerts : undefined;
    },
    { withinMs: 60_000 },
  );
  expect(more).toEqual([]);
  expect(firing?.labels).toMatchObject({
    alertname: 'LacunaSpanIncomplete',
    stage: 'pod.create',
    cause: 'missing',
    name: 'late',
  });
  expect(firing?.annotations['description']).toMatch(/^FailedCreate: .*exceeded quota/);
  expect((await untilSettled(system.client, id)).verdict).toBe('passed');
  await eventually('resolved', async () => (await alertmanager.firing(id)).length === 0, { withinMs: 60_000 });
});
