import { defined, reportFileOf, spanIdOf, timeoutMsOf, traceIdOf, traceparentOf, type FactOf } from '@lacuna/contracts';
import { jobName, type JobRequest } from '@lacuna/cluster';

/** What an installation adds to the spec. */
export interface JobDefaults {
  /** From TERM to KILL. */
  readonly graceMs: number;
  /** Whether logs are kept when their evaluation says nothing of it. */
  readonly lossless: boolean;
  /** How much of one is kept. */
  readonly spoolBytes: number;
}

/** The Job that an accepted evaluation asks for. A pure function of the fact, so that asking again asks for the same Job. */
export function jobRequest(
  submitted: FactOf<'submitted'>,
  attempt: number,
  env: Readonly<Record<string, string>>,
  { graceMs, lossless, spoolBytes }: JobDefaults,
): JobRequest {
  const { spec, specHash } = submitted.data;
  const { evaluation } = submitted;
  const reportFile = reportFileOf(spec.report)?.path;
  return defined({
    evaluation,
    attempt,
    name: jobName(evaluation, attempt),
    specHash,
    command: spec.command,
    env,
    timeoutMs: timeoutMsOf(spec),
    graceMs,
    labels: spec.labels ?? {},
    traceparent: traceparentOf(traceIdOf(evaluation), spanIdOf(evaluation, 1, 'root')),
    image: spec.image,
    workdir: spec.workdir,
    streams: spec.streams,
    reportFile,
    spoolBytes: (spec.lossless ?? lossless) ? spoolBytes : undefined,
    resources: spec.resources,
    queue: spec.queue,
  });
}
