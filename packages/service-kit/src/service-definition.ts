import type { Static, TObject } from 'typebox';
import type { Bus } from '@lacuna/messaging';
import type { Tracer } from '@lacuna/telemetry';
import type { BaseConfig } from './base-config.ts';
import type { Clock } from './clock.ts';
import type { Health } from './health.ts';
import type { Resource } from './lifecycle.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** What a service is made of. Its `main.ts` is one call of `runService` with it; `lacuna up` composes several. */
export interface ServiceDefinition<S extends TObject = TObject> {
  /** Such as `dispatch`; its spans and logs say `lacuna-dispatch`. */
  readonly name: string;
  /** Its own settings, besides those of every service. */
  readonly config: S;
  /** True when it answers `/healthz`, `/readyz` and `/metrics` on an HTTP server of its own. */
  readonly answersProbes?: boolean;
  /** Starts to work; everything it needs is there. What it returns is closed first, before the bus. */
  start(context: ServiceContext<S>): Promise<RunningService>;
}

/** A service at work. `closed` resolves when it can't go on by itself; the process then ends with exit code 1. */
export type RunningService = Resource;

/** What a service is given. */
export interface ServiceContext<S extends TObject = TObject> {
  readonly config: Readonly<Static<S>> & Readonly<BaseConfig>;
  readonly bus: Bus;
  readonly log: Logger;
  readonly tracer: Tracer;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Aborted when the stop begins: take no new work. */
  readonly signal: AbortSignal;
  /** How the process stands, for a service that answers probes itself. */
  readonly health: () => Health;
  /** Opens something that the service needs, such as the cluster; readiness says that it is waited for, and it is closed after the service. */
  readonly step: <T extends Resource>(name: string, open: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** A condition of readiness beyond the start. */
  readonly check: (name: string, holds: () => boolean | string) => void;
}
