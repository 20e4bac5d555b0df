import type { JobRequest } from '@lacuna/cluster';
import { baseEnv } from '../base-env.ts';
import { MARKER } from './leftovers.ts';

/** All env of a container: a minimal base, what the request says, the trace context, and whose it is. */
export function containerEnv(request: JobRequest, dir: string): Record<string, string> {
  return {
    ...baseEnv(process.env),
    ...request.env,
    TRACEPARENT: request.traceparent,
    LACUNA_EVALUATION: request.evaluation,
    [MARKER]: dir,
  };
}
