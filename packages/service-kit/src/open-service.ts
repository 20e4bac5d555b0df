import type { TObject } from 'typebox';
import type { Host } from './host.ts';
import type { Logger } from './logger.ts';
import { openBus } from './open-bus.ts';
import type { ServiceContext, ServiceDefinition } from './service-definition.ts';

/** How a service is called in spans, logs and at the NATS server. */
export function serviceName({ name }: { readonly name: string }): string {
  return `lacuna-${name}`;
}

/** Opens one service on a host: its bus first, then the service, which may open more by steps of its own. */
export async function openService<S extends TObject>(
  definition: ServiceDefinition<S>,
  config: ServiceContext<S>['config'],
  log: Logger,
  { life, telemetry, metrics, clock, health }: Host,
): Promise<void> {
  const { name } = definition;
  const messaging = `${name}: messaging`;
  const bus = await life.step(messaging, (signal) => openBus(serviceName(definition), config, signal));
  life.check(messaging, () => bus.status === 'connected');
  const tracer = telemetry.tracer(serviceName(definition));
  await life.step(name, (signal) =>
    definition.start({
      config,
      bus,
      log,
      tracer,
      metrics,
      clock,
      signal,
      health,
      step: (step, open) => life.step(`${name}: ${step}`, open),
      check: (condition, holds) => life.check(`${name}: ${condition}`, holds),
    }),
  );
}
