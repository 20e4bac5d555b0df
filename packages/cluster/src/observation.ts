import type { EvaluationId, Seal } from '@lacuna/contracts';

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
  readonly seal?: Seal;
}

/** Something the cluster told about one of our Jobs or pods; explains, never proves. */
export interface WarningEvent extends Identity {
  readonly object: 'job' | 'pod';
  readonly uid: string;
  readonly reason: string;
  readonly message: string;
  readonly at: number;
}

/**
 * What `observe` yields. After each (re)connection all that exists is told again as `relisted`, then `synced`, then changes as `watched`.
 * An object that vanished while nobody watched is told as `vanished` by the relist: its final state is unknown.
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
  | { readonly kind: 'synced'; readonly at: number };
