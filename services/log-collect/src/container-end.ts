import { defined, podFactSubject, type FactOf, type Seal, type Spool } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import type { Container } from './container.ts';

/** What was written, by whoever counted it and did not travel with the log. */
export type Witness = Pick<Seal, 'bytes' | 'sha256' | 'streams' | 'returns' | 'checkpoints'> &
  Partial<Pick<Seal, 'lines'>>;

/** That the container ended, as far as anybody could tell. */
export interface ContainerEnd {
  /** `leaving`: its pod was deleted or lost; the container may still write for a while, and nobody may ever see it end. */
  readonly kind: 'ended' | 'leaving';
  readonly seal?: Witness;
  /** Given when the witness is the spool: the container was killed before it could be sealed. */
  readonly sealedBy?: 'spool';
  /** Given exactly when the container was to have a spool. */
  readonly spool?: Spool;
  /** The cluster's words: `Completed`, `OOMKilled`, `node-lost: …`. */
  readonly words: string;
  /** What took it away before it could be sealed, if anything did. */
  readonly cause: 'no-seal' | 'killed' | 'evicted' | 'deleted' | 'node-gone';
  readonly startedAt?: number;
}

const CAUSES: Readonly<Record<string, ContainerEnd['cause']>> = {
  OOMKilled: 'killed',
  DeadlineExceeded: 'killed',
  Stopped: 'killed',
  Evicted: 'evicted',
  Preempted: 'evicted',
  Deleted: 'deleted',
  Lost: 'node-gone',
  evicted: 'evicted',
  preempted: 'evicted',
  deleted: 'deleted',
  'node-lost': 'node-gone',
};
/** What a runtime reports of a process that SIGKILL ended: 128 + 9. */
const KILLED = 137;

/** The end that a fact tells. */
export function endOf(told: FactOf<'container-ended'> | FactOf<'pod-gone'>): ContainerEnd {
  if (told.type === 'pod-gone') {
    const { cause, message } = told.data;
    return { kind: 'leaving', words: `${cause}: ${message}`, cause: CAUSES[cause] ?? 'no-seal' };
  }
  const { reason, exitCode, signal, startedAt } = told.data;
  const killed = signal === 'SIGKILL' || exitCode === KILLED;
  return {
    kind: 'ended',
    words: [reason, signal ?? (exitCode === undefined ? undefined : `exit code ${exitCode}`)]
      .filter(Boolean)
      .join(', '),
    cause: CAUSES[reason] ?? (killed ? 'killed' : 'no-seal'),
    ...witnessOf(told.data),
    ...defined({ startedAt }),
  };
}

/** The helper's own seal, or what the spool counted, which is all that the helper had read when it was killed. */
function witnessOf({
  seal,
  spool,
}: FactOf<'container-ended'>['data']): Pick<ContainerEnd, 'seal' | 'sealedBy' | 'spool'> {
  const told = spool === undefined ? {} : { spool };
  if (seal !== undefined) return { ...told, seal };
  const { bytes, sha256, error } = spool ?? {};
  if (bytes === undefined || sha256 === undefined || error !== undefined) return told;
  return { ...told, seal: { bytes, sha256 }, sealedBy: 'spool' };
}

/** What is known of a container's end, by whoever learns of it first. An end that was seen counts more than a pod that is leaving. */
export class ContainerEndWatch {
  readonly #bus: Pick<Bus, 'awaitFact'>;
  readonly #container: Container;
  #known: ContainerEnd | undefined;
  #since = 0;
  #news = Promise.withResolvers<void>();
  #asking = false;

  constructor(bus: Pick<Bus, 'awaitFact'>, container: Container) {
    this.#bus = bus;
    this.#container = container;
  }

  get known(): ContainerEnd | undefined {
    return this.#known;
  }

  /** When that became known, by `performance.now()`. */
  get since(): number {
    return this.#since;
  }

  /** Resolves when something more becomes known. */
  get news(): Promise<void> {
    return this.#news.promise;
  }

  tell(end: ContainerEnd): void {
    if (this.#known !== undefined && (this.#known.kind === 'ended' || end.kind === 'leaving')) return;
    this.#known = end;
    this.#since = performance.now();
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  /** Asks the stream too: the fact may have been handed to another replica, or come before this process started. */
  ask(signal: AbortSignal): void {
    if (this.#asking || this.#known?.kind === 'ended') return;
    this.#asking = true;
    for (const type of ['container-ended', 'pod-gone'] as const)
      void this.#bus
        .awaitFact(podFactSubject(type, this.#container), signal)
        .then(({ fact }) => this.tell(endOf(fact as Parameters<typeof endOf>[0])))
        .catch(() => undefined);
  }
}
