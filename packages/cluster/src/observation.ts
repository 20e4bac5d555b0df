import type { EvaluationId, Seal, Spool } from '@lacuna/contracts';

/** Whose an observed object is, read from the identity that dispatch wrote on it. */
export interface Identity {
  readonly evaluation: EvaluationId;
  readonly attempt: number;
}

/** A Job as the cluster shows it now. Times in Unix milliseconds, by the cluster's clock. */
export interface JobSnapshot extends Identity {
  readonly name: string;
  readonly uid: string;
  readonly createdAt: number;
  readonly finished?: {
    readonly succeeded: boolean;
    readonly reason: string;
    readonly message?: string;
    readonly at: number;
  };
}

/** A pod as the cluster shows it now: a level, not an event. A later snapshot of the same uid says at least as much. */
export interface PodSnapshot extends Identity {
  readonly name: string;
  readonly uid: string;
  readonly jobUid: string;
  readonly createdAt: number;
  readonly scheduled?: { readonly node: string; readonly at: number };
  readonly unschedulable?: { readonly message: string; readonly at: number };
  /** Of the named main container only; init containers and sidecars never speak for the evaluation. */
  readonly waiting?: {
    readonly reason: string;
    readonly message: string;
    readonly permanent: boolean;
    readonly at: number;
  };
  readonly started?: { readonly containerId: string; readonly image?: string; readonly at: number };
  readonly ended?: ContainerEnd;
  readonly gone?: {
    readonly cause: 'deleted' | 'evicted' | 'preempted' | 'node-lost' | 'unknown';
    readonly message: string;
    readonly at: number;
  };
}

/** The end of the main container, raw: exit code, signal and reason are kept apart because they can disagree. */
export interface ContainerEnd {
  readonly at: number;
  readonly containerId?: string;
  readonly startedAt?: number;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly reason: string;
  readonly message?: string;
  /** How often the pod had started its container again; absent for the first one. Of the runs before nothing is known. */
  readonly restarts?: number;
  readonly seal?: Seal;
  /** Given exactly when the container was to have a spool. */
  readonly spool?: Spool;
}

/** Something the cluster told about one of our Jobs or pods; explains, never proves. */
export interface WarningEvent extends Identity {
  readonly object: 'job' | 'pod';
  readonly uid: string;
  readonly reason: string;
  readonly message: string;
  /** It is a quota that stands in the way: one that is used up and will be free again, or one that could never hold what is asked for. */
  readonly quota?: 'full' | 'too-small';
  readonly at: number;
}

/** A machine that pods run on, as far as the cluster lets us look. */
export interface NodeSnapshot {
  readonly name: string;
  readonly ready: boolean;
  /** The cluster's own words on why it is not ready. */
  readonly message: string;
}

/**
 * What `observe` yields. After each (re)connection all that exists is told again as `relisted`, then `synced`, then changes as `watched`.
 * An object that vanished while nobody watched is told as `vanished` by the relist: its final state is unknown.
 * Warnings and nodes explain; a cluster that does not show them (`blind`) is observed without.
 */
export type Observation =
  | { readonly kind: 'job'; readonly job: JobSnapshot; readonly known: 'watched' | 'relisted' }
  | { readonly kind: 'pod'; readonly pod: PodSnapshot; readonly known: 'watched' | 'relisted' }
  | { readonly kind: 'warning'; readonly warning: WarningEvent; readonly known: 'watched' | 'relisted' }
  | {
      readonly kind: 'vanished';
      readonly object: 'job' | 'pod';
      readonly uid: string;
      readonly identity: Identity;
      readonly at: number;
    }
  | { readonly kind: 'node'; readonly node: NodeSnapshot }
  /** The watch broke: until the next `synced`, changes may be unseen. */
  | { readonly kind: 'lost'; readonly because: string; readonly at: number }
  /** Explanations that cannot be had at present; told once for each reason. */
  | { readonly kind: 'blind'; readonly to: 'events' | 'nodes'; readonly because: string; readonly at: number }
  | {
      readonly kind: 'synced';
      /** When the relist began: what existed then has been told, or is gone. */
      readonly at: number;
      /** Changes that the watch before this relist should have told and had not. Anything but 0 is a fault of the cluster, or of its adapter. */
      readonly drift?: number;
    };
