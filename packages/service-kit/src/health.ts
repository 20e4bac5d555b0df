import type { LifecycleState } from './lifecycle.ts';
import type { Metrics } from './metrics.ts';

/** What a probe may know. */
export interface Health {
  readonly service: string;
  readonly state: LifecycleState['kind'];
  /** What is not there yet, or not there any more; empty = ready. */
  readonly waitingFor: readonly string[];
}

/** An answer for any HTTP server. */
interface HealthAnswer {
  readonly status: 200 | 503;
  readonly contentType: string;
  readonly body: string;
}

/** `GET /healthz`: 200 as long as a restart would not help; also while starting, reconnecting and draining. */
function livenessAnswer(health: Health): HealthAnswer {
  return json(health.state !== 'failed', { service: health.service, state: health.state });
}

/** `GET /readyz`: 200 when work is taken, else 503 with what it waits for. A service that was ready and lacks something says that it waits. */
function readinessAnswer(health: Health): HealthAnswer {
  const { service, state, waitingFor } = health;
  const ready = isReady(health);
  return json(ready, { service, state: state === 'ready' && !ready ? 'waiting' : state, waitingFor });
}

/** Whether work is taken: everything is there, and nothing has gone away since. */
export function isReady({ state, waitingFor }: Health): boolean {
  return state === 'ready' && waitingFor.length === 0;
}

/** `GET /metrics`. */
function metricsAnswer(metrics: Metrics): HealthAnswer {
  return { status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', body: metrics.text() };
}

/** The answer for a path; undefined when the path is none of the three. */
export function healthAnswer(path: string, health: Health, metrics: Metrics): HealthAnswer | undefined {
  switch (path) {
    case '/healthz':
      return livenessAnswer(health);
    case '/readyz':
      return readinessAnswer(health);
    case '/metrics':
      return metricsAnswer(metrics);
    default:
      return undefined;
  }
}

function json(ok: boolean, body: object): HealthAnswer {
  return { status: ok ? 200 : 503, contentType: 'application/json', body: `${JSON.stringify(body)}\n` };
}
