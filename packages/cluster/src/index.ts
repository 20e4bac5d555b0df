/**
 * The port to whatever runs the containers: verbs, snapshots and outcomes, and nothing of any one cluster.
 * `./fake` is an in-memory cluster for tests, `./conformance` the suite that every adapter and the fake must pass.
 */
export type { Cluster, ContainerRef, LogOverlap, LogPosition } from './cluster.ts';
export { jobName, type JobRef, type JobRequest } from './job.ts';
export type {
  ContainerEnd,
  Identity,
  JobSnapshot,
  NodeSnapshot,
  Observation,
  PodSnapshot,
  WarningEvent,
} from './observation.ts';
export { LogContradicted, LogNotFollowed } from './log-breaks.ts';
export { LogTail } from './log-tail.ts';
export { partsOf } from './parts-of.ts';
export { KnownObjects } from './known-objects.ts';
export type {
  ChangeOutcome,
  EnsureOutcome,
  LogOutcome,
  LogPart,
  ReportOutcome,
  SpoolOutcome,
  SpoolPart,
} from './outcomes.ts';
export { ignoredFault, withWarnings } from './with-warnings.ts';
