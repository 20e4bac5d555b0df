import { parseDuration } from './duration.ts';
import type { EvaluationSpec } from './evaluation-spec.ts';

type Timed = Pick<EvaluationSpec, 'timeout'>;

/** Run time of a command whose spec says nothing of it. Source: the documented interface. */
const DEFAULT = { text: '10m', ms: 600_000 } as const;

/** How long the command may run, as its spec says it; the default also while the spec is not known. */
export function timeoutOf(spec: Timed | undefined): string {
  return spec?.timeout ?? DEFAULT.text;
}

/** The same in milliseconds. */
export function timeoutMsOf(spec: Timed | undefined): number {
  return parseDuration(timeoutOf(spec)) ?? DEFAULT.ms;
}
