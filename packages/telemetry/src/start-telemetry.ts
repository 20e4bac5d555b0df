import { setTimeout as sleep } from 'node:timers/promises';
import { trace, type Tracer } from '@opentelemetry/api';
import type { DetailSdk } from './detail-sdk.ts';

interface TelemetryOptions {
  /** The `service.name` of the process: `lacuna-dispatch`, or `lacuna` where all services share one process. */
  readonly service: string;
  /** Base address of an OTLP/HTTP receiver, such as `http://127.0.0.1:4318`. Without it nothing is recorded. */
  readonly otlpUrl?: string;
  readonly enabled: boolean;
}

/** Detail spans of one process. All of it is harmless when disabled: tracers then do nothing. */
export interface Telemetry extends AsyncDisposable {
  /** A tracer whose instrumentation scope is the given name; in the all-in-one process that is what tells the services apart. */
  tracer(name: string): Tracer;
  /** Sends what is queued; gives up after one second. */
  flush(): Promise<void>;
  /** Sends what is queued and stops; at most one second, also when the collector is dead. Every caller gets the same promise. */
  shutdown(): Promise<void>;
}

/** Five services stop within one shared deadline; detail spans are the least of what has to be saved in it. */
const STOP_MS = 1_000;

let running: DetailSdk | undefined;

/**
 * Starts detail spans, once per process: the SDK's registrations are global. `lacuna up` therefore starts it once as `lacuna` and
 * gives each service its own tracer. The SDK is loaded only when enabled, for it costs a third of a second and 40 MB.
 */
export async function startTelemetry({ service, otlpUrl, enabled }: TelemetryOptions): Promise<Telemetry> {
  const sdk = enabled && otlpUrl !== undefined ? await startOnce(service, otlpUrl) : undefined;
  let stopping: Promise<void> | undefined;
  const shutdown = (): Promise<void> => (stopping ??= stop(sdk));
  return {
    tracer: (name) => trace.getTracer(name),
    flush: () => inTime(sdk?.flush()),
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

async function startOnce(service: string, otlpUrl: string): Promise<DetailSdk> {
  const { startDetailSdk } = await import('./detail-sdk.ts');
  if (running !== undefined)
    throw new Error('telemetry is already started in this process; share it and take a tracer of your own');
  running = startDetailSdk(service, otlpUrl);
  return running;
}

async function stop(sdk: DetailSdk | undefined): Promise<void> {
  await inTime(sdk?.shutdown());
  if (running === sdk) running = undefined;
}

/** Lost detail spans are no error, so neither is it when they are not sent in time, or not at all. */
async function inTime(work: Promise<void> | undefined): Promise<void> {
  await Promise.race([work, sleep(STOP_MS, undefined, { ref: false })]).catch(() => undefined);
}
