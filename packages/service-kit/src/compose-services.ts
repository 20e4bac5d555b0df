import type { DestinationStream } from 'pino';
import { defined } from '@lacuna/contracts';
import { BaseConfigSchema, type BaseConfig } from './base-config.ts';
import { configSchema } from './config-schema.ts';
import { openHost } from './host.ts';
import type { Lifecycle } from './lifecycle.ts';
import { createLogger } from './logger.ts';
import { openService, serviceName } from './open-service.ts';
import { describeConfig, parseConfig, type Environment } from './parse-config.ts';
import type { ServiceDefinition } from './service-definition.ts';

interface Composition {
  /** The life of the process; the services become part of it, and stop with it. */
  readonly life: Lifecycle;
  readonly env: Environment;
  /** Where all services log to; standard output by default. */
  readonly destination?: DestinationStream;
}

/**
 * Opens several services in one process, in the given order. They share telemetry, metrics and settings; each has its own bus, as it
 * would have in a process of its own. None answers probes besides the one that has an HTTP server; readiness speaks for all of them.
 * Throws `Failure('invalid-config')`, and whatever a service can't start with.
 */
export async function composeServices(
  definitions: readonly ServiceDefinition[],
  { life, env, destination }: Composition,
): Promise<void> {
  const schema = configSchema(BaseConfigSchema, ...definitions.map(({ config }) => config));
  const parsed = parseConfig(schema, env);
  const config = parsed.config as BaseConfig;
  const loggerOf = (service: string) => createLogger({ service, level: config.logLevel, ...defined({ destination }) });
  const log = loggerOf('lacuna');
  log.info({ config: describeConfig(schema, config) }, 'configuration');
  for (const warning of parsed.warnings) log.warn(warning);
  const host = await openHost('lacuna', config, life);
  for (const definition of definitions) await openService(definition, config, loggerOf(serviceName(definition)), host);
}
