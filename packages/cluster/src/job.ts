import type { EvaluationId } from '@lacuna/contracts';

/** What dispatch asks a cluster to run: one attempt of one evaluation. */
export interface JobRequest {
  readonly evaluation: EvaluationId;
  readonly attempt: number;
  /** Deterministic, so that asking twice can only find the first: see {@link jobName}. */
  readonly name: string;
  /** sha256 of the whole spec: an existing Job is ours only with the same one. */
  readonly specHash: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly workdir?: string;
  /** Run time of the command; then TERM, `graceMs`, KILL. */
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly resources?: { readonly cpu?: string; readonly memory?: string };
  readonly labels: Readonly<Record<string, string>>;
  readonly queue?: string;
  /** stdout and stderr as one stream in the order of their writing, or as two; together when absent. */
  readonly streams?: 'together' | 'apart';
  /** A file that the command writes, relative to its working directory, to be had by `openReport` when it has ended. */
  readonly reportFile?: string;
  /** How many of the newest bytes of the output are kept where they outlive the container, to be had by `openSpool`; none when absent. */
  readonly spoolBytes?: number;
  /** W3C trace context for the command (`TRACEPARENT`), so that its own spans join the trace. */
  readonly traceparent: string;
}

/** Enough to find a Job again and to be sure that it is the same one. */
export interface JobRef {
  readonly name: string;
  readonly uid: string;
}

/** `ev-<26>-a<n>`: below the 63 characters that Kubernetes allows a label value. */
export function jobName(evaluation: EvaluationId, attempt: number): string {
  return `${evaluation}-a${attempt}`;
}
