import type { EvaluationId } from './evaluation-id.ts';
import type { Stage } from './span-contract.ts';

/** An alert as published on `lacuna.alert.<stage>`, pushed to Alertmanager and posted to the webhook. */
export interface Alert {
  readonly v: 1;
  /** `<evaluation>/<attempt>/<stage>/<cause>`: one alert, whatever is redelivered. */
  readonly key: string;
  readonly status: 'raised' | 'resolved';
  readonly evaluation: EvaluationId;
  readonly name: string;
  readonly attempt: number;
  /** The broken stage; `cluster` when it is about an object in the cluster and no evaluation of ours, `log-archive` when it is about where closed logs are kept. */
  readonly stage: Stage | 'cluster' | 'log-archive';
  readonly cause: string;
  readonly reason: string;
  readonly at: number;
  readonly traceId: string;
  /** Where to look, when the installation knows its own addresses. */
  readonly links: { readonly self?: string; readonly trace?: string };
}
