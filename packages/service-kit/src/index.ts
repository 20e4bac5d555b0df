/**
 * What every service has in common: how it starts and stops, its configuration from the environment, its log, its metrics, its probes, its
 * clock. `runService` makes a process of one service, `composeServices` puts several into one. The only package that touches signals
 * and `process.exit`. It refuses to know what a service does, and decides nothing about evaluations.
 */
export { assertLoopbackOrAuth } from './assert-loopback-or-auth.ts';
export { BaseConfigSchema, HealthConfigSchema, type BaseConfig } from './base-config.ts';
export { composeServices } from './compose-services.ts';
export { healthAnswer, type Health } from './health.ts';
export { Lifecycle, type Resource } from './lifecycle.ts';
export { documentSettings, type DocumentedSetting } from './document-settings.ts';
export { logFailure } from './log-failure.ts';
export { createLogger, logFile } from './logger.ts';
export { Metrics } from './metrics.ts';
export { parseConfig } from './parse-config.ts';
export { unknownSettings } from './unknown-settings.ts';
export { ArchiveConfigSchema } from './archive-config.ts';
export { ClusterConfigSchema, openCluster } from './open-cluster.ts';
export { openBus } from './open-bus.ts';
export { runProcess } from './run-process.ts';
export { JUDGING_SETTINGS } from './judging-settings.ts';
export { traceLink } from './trace-link.ts';
export { urlSetting } from './url-setting.ts';
export { runningUntil } from './running-until.ts';
export { runService } from './run-service.ts';
export type { RunningService, ServiceContext, ServiceDefinition } from './service-definition.ts';
