import type { FactDefinition, FactFrom } from './fact.ts';
import { cancelRequested } from './facts/cancel-requested.ts';
import { clusterWarned } from './facts/cluster-warned.ts';
import { comparedAlone } from './facts/compared-alone.ts';
import { containerEnded } from './facts/container-ended.ts';
import { containerStarted } from './facts/container-started.ts';
import { containerWaiting } from './facts/container-waiting.ts';
import { dispatchDelayed } from './facts/dispatch-delayed.ts';
import { findingCleared } from './facts/finding-cleared.ts';
import { findingRaised } from './facts/finding-raised.ts';
import { jobCreated } from './facts/job-created.ts';
import { jobFinished } from './facts/job-finished.ts';
import { jobGone } from './facts/job-gone.ts';
import { jobRefused } from './facts/job-refused.ts';
import { logArchived } from './facts/log-archived.ts';
import { logClosed } from './facts/log-closed.ts';
import { logHeldUp } from './facts/log-held-up.ts';
import { logOpened } from './facts/log-opened.ts';
import { logRemoved } from './facts/log-removed.ts';
import { logStuck } from './facts/log-stuck.ts';
import { orphan } from './facts/orphan.ts';
import { podCreated } from './facts/pod-created.ts';
import { podGone } from './facts/pod-gone.ts';
import { podScheduled } from './facts/pod-scheduled.ts';
import { podUnschedulable } from './facts/pod-unschedulable.ts';
import { reportRead } from './facts/report-read.ts';
import { retryOrdered } from './facts/retry-ordered.ts';
import { settled } from './facts/settled.ts';
import { submitted } from './facts/submitted.ts';

/** Every fact there is, in the order of one evaluation's life. Subjects, streams, validation and the table in ARCHITECTURE.md derive from it. */
export const CATALOG = {
  submitted,
  'cancel-requested': cancelRequested,
  'dispatch-delayed': dispatchDelayed,
  'job-created': jobCreated,
  'job-refused': jobRefused,
  'cluster-warned': clusterWarned,
  'pod-created': podCreated,
  'pod-scheduled': podScheduled,
  'pod-unschedulable': podUnschedulable,
  'container-waiting': containerWaiting,
  'container-started': containerStarted,
  'container-ended': containerEnded,
  'pod-gone': podGone,
  'job-finished': jobFinished,
  'job-gone': jobGone,
  orphan,
  'log-opened': logOpened,
  'log-held-up': logHeldUp,
  'log-closed': logClosed,
  'report-read': reportRead,
  'finding-raised': findingRaised,
  'finding-cleared': findingCleared,
  'retry-ordered': retryOrdered,
  settled,
  'compared-alone': comparedAlone,
  'log-archived': logArchived,
  'log-removed': logRemoved,
  'log-stuck': logStuck,
} as const;

export type FactType = keyof typeof CATALOG;

/** One fact of a given type. */
export type FactOf<T extends FactType> = FactFrom<(typeof CATALOG)[T]>;

/** Any fact; `type` tells them apart. */
export type Fact = { [T in FactType]: FactOf<T> }[FactType];

/** What a fact of a given type says. */
export type FactData<T extends FactType> = FactOf<T>['data'];

/** The declaration of a fact by its name; undefined for a name that is not in the catalog. */
export function factDefinition(type: string): FactDefinition | undefined {
  return Object.hasOwn(CATALOG, type) ? (CATALOG[type as FactType] as unknown as FactDefinition) : undefined;
}
