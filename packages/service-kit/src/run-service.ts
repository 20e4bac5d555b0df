import type { Static, TObject } from 'typebox';
import { BaseConfigSchema, HealthConfigSchema, type BaseConfig, type HealthConfig } from './base-config.ts';
import { configSchema } from './config-schema.ts';
import { serveHealth } from './serve-health.ts';
import { openHost } from './host.ts';
import type { Lifecycle } from './lifecycle.ts';
import { createLogger, type Logger } from './logger.ts';
import { openService, serviceName } from './open-service.ts';
import { describeConfig, parseConfig, type Environment } from './parse-config.ts';
import { runProcess } from './run-process.ts';
import type { ServiceDefinition } from './service-definition.ts';

type ProcessConfig<S extends TObject> = Readonly<Static<S>> & Readonly<BaseConfig & HealthConfig>;

/**
 * Runs one service as a process of its own until it is told to stop: telemetry, probes, bus, service, each ready before the next.
 * Configured by environment variables; when they are not valid, it says all that is wrong and exits with 1. For the other exit codes
 * see `runProcess`.
 */
export async function runService<S extends TObject>(
  definition: ServiceDefinition<S>,
  env: Environment = process.env,
): Promise<never> {
  const { config, log } = configure(definition, env);
  return runProcess({ log, stopMs: config.drainTimeout, start: (life) => start<S>(definition, config, log, life) });
}

function configure<S extends TObject>(
  definition: ServiceDefinition<S>,
  env: Environment,
): { readonly config: ProcessConfig<S>; readonly log: Logger } {
  const service = serviceName(definition);
  const schema = configSchema(BaseConfigSchema, HealthConfigSchema, definition.config);
  try {
    const parsed = parseConfig(schema, env);
    const config = parsed.config as ProcessConfig<S>;
    const log = createLogger({ service, level: config.logLevel });
    log.info({ config: describeConfig(schema, config) }, 'configuration');
    for (const warning of parsed.warnings) log.warn(warning);
    return { config, log };
  } catch (error) {
    createLogger({ service, level: 'info' }).fatal(
      { err: error },
      error instanceof Error ? error.message : 'not configured',
    );
    return process.exit(1);
  }
}

async function start<S extends TObject>(
  definition: ServiceDefinition<S>,
  config: ProcessConfig<S>,
  log: Logger,
  life: Lifecycle,
): Promise<void> {
  const host = await openHost(serviceName(definition), config, life);
  if (definition.answersProbes !== true) {
    const { healthHost, healthPort: port } = config;
    const { health, metrics } = host;
    const { url } = await life.step('health endpoint', () => serveHealth({ host: healthHost, port, health, metrics }));
    log.info({ url }, 'probes are answered');
  }
  await openService<S>(definition, config, log, host);
}
