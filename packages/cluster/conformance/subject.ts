import type { Cluster, JobRequest } from '../src/index.ts';

/** A cluster under test, with what only its owner can do to it. */
export interface ClusterSubject extends AsyncDisposable {
  readonly cluster: Cluster;
  /** Another client of the same cluster, as another service would have one. */
  readonly reopen?: () => Promise<Cluster>;
  /** Breaks every connection of every client. What has ended must outlive it; what runs need not. */
  readonly interrupt?: () => Promise<void>;
}

export interface ClusterFeatures {
  /** A command that a signal ended is told with the signal and without an exit code. */
  readonly signals: boolean;
  /** Ends are told with a seal. */
  readonly seals: boolean;
  /** stdout and stderr can be had apart, each counted in the seal. False by default. */
  readonly streamsApart?: boolean;
  /** Report files can be had; otherwise requests that name one are denied. False by default. */
  readonly reportFiles?: boolean;
  /** A folder that commands may write to; one of this machine by default. */
  readonly workdir?: string;
  /** Output can be kept where it outlives its container. False by default. */
  readonly spools?: boolean;
  /** False for a cluster that only pretends to run commands: all end with 0, and no log is theirs. True by default. */
  readonly programs?: boolean;
  /** What every request must have to run there, such as an image. */
  readonly request?: Partial<JobRequest>;
  /** How long anything may take before it counts as not happening; 10 s by default. */
  readonly patienceMs?: number;
}

export type OpenSubject = () => Promise<ClusterSubject>;
