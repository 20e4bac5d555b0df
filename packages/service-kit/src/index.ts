/**
 * What every service has in common: how it starts and stops, its configuration from the environment, its log, its metrics, its probes, its
 * clock. `runService` makes a process of one service, `composeServices` puts several into one. The only package that touches signals
 * and `process.exit`. It refuses to know what a service does, and decides nothing about evaluations.
 */
export { assertLoopbackOrAuth } from './assert-loopback-or-auth.ts';
export { BaseConfigSchema, HealthConfigSchema, type BaseConfig, type HealthConfig } from './base-config.ts';
export { createClock, type Clock } from './clock.ts';
export { composeServices, type Composition } from './compose-services.ts';
export {
  healthAnswer,
  isReady,
  livenessAnswer,
  metricsAnswer,
  readinessAnswer,
  type Health,
  type HealthAnswer,
} from './health.ts';
export { serveHealth, type HealthEndpoint, type HealthEndpointOptions } from './health-endpoint.ts';
export { Lifecycle, type LifecycleEnd, type LifecycleState, type Resource } from './lifecycle.ts';
export { documentSettings, type DocumentedSetting } from './document-settings.ts';
export { logFailure } from './log-failure.ts';
export { createLogger, LOG_LEVELS, logFile, type Logger, type LoggerOptions, type LogLevel } from './logger.ts';
export { Metrics, type Counter, type Gauge, type Labels, type LabelValues } from './metrics.ts';
export { describeConfig, parseConfig, type Environment, type ParsedConfig } from './parse-config.ts';
export { ArchiveConfigSchema, openArchive, type ArchiveConfig } from './open-archive.ts';
export { ClusterConfigSchema, openCluster, type ClusterConfig } from './open-cluster.ts';
export { openBus } from './open-bus.ts';
export { runProcess, type ProcessOptions } from './run-process.ts';
export { runningUntil } from './running-until.ts';
export { runService } from './run-service.ts';
export type { RunningService, ServiceContext, ServiceDefinition } from './service-definition.ts';
