import { defined } from '@lacuna/contracts';
import { startTelemetry, type Telemetry } from '@lacuna/telemetry';
import type { BaseConfig } from './base-config.ts';
import { createClock, type Clock } from './clock.ts';
import { isReady, type Health } from './health.ts';
import type { Lifecycle } from './lifecycle.ts';
import { Metrics } from './metrics.ts';
import { watchStorage } from './watch-storage.ts';

/** What the services of one process share. */
export interface Host {
  readonly life: Lifecycle;
  readonly telemetry: Telemetry;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly health: () => Health;
}

/** Opens what is there before any service: telemetry first, so that everything after it is traced. */
export async function openHost(service: string, config: Readonly<BaseConfig>, life: Lifecycle): Promise<Host> {
  const { otlpUrl, detailSpans, natsMonitorUrl } = config;
  const telemetry = await life.step('telemetry', () =>
    startTelemetry({ service, enabled: detailSpans, ...defined({ otlpUrl }) }),
  );
  if (natsMonitorUrl !== undefined) {
    const storage = await life.step('NATS storage', async () => watchStorage(natsMonitorUrl));
    life.check('NATS', storage.stores);
  }
  const metrics = new Metrics();
  const health = (): Health => ({ service, state: life.state.kind, waitingFor: life.waitingFor() });
  metrics.observe('lacuna_ready', 'Whether the process takes work.', () => (isReady(health()) ? 1 : 0));
  return { life, telemetry, metrics, clock: createClock(), health };
}
