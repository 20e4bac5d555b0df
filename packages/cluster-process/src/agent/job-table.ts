import type { Observation } from '@lacuna/cluster';
import { changes, type JobEntry } from './job-entry.ts';
import type { Journal, JournalRecord } from './journal.ts';
import { nowMs } from './now-ms.ts';

interface JobTableOptions {
  readonly entries: ReadonlyMap<string, JobEntry>;
  readonly journal: Journal;
  readonly publish: (observations: readonly Observation[]) => void;
}

/** How often a journal that cannot be written (disk full) is tried again. */
const RETRY_MS = 1_000;

/**
 * All Jobs. Changes of one turn of the event loop are committed together: one write to the journal, then one message to the watchers, so that nobody is
 * ever told what a killed agent would have forgotten.
 */
export class JobTable {
  readonly #entries: Map<string, JobEntry>;
  readonly #committed: Map<string, JobEntry>;
  readonly #podOwners = new Map<string, string>();
  readonly #journal: Journal;
  readonly #publish: (observations: readonly Observation[]) => void;
  readonly #changed = new Set<string>();
  #commit = Promise.withResolvers<void>();
  #timer: NodeJS.Immediate | NodeJS.Timeout | undefined;

  constructor({ entries, journal, publish }: JobTableOptions) {
    this.#entries = new Map(entries);
    this.#committed = new Map(entries);
    this.#journal = journal;
    this.#publish = publish;
    for (const { job, pod } of entries.values()) if (pod !== undefined) this.#podOwners.set(pod.uid, job.name);
  }

  get(name: string): JobEntry | undefined {
    return this.#entries.get(name);
  }

  ofPod(podUid: string): JobEntry | undefined {
    const name = this.#podOwners.get(podUid);
    return name === undefined ? undefined : this.#entries.get(name);
  }

  /** Entries as the watchers know them. */
  committed(): Iterable<JobEntry> {
    return this.#committed.values();
  }

  put(entry: JobEntry): void {
    this.#entries.set(entry.job.name, entry);
    if (entry.pod !== undefined) this.#podOwners.set(entry.pod.uid, entry.job.name);
    this.#touch(entry.job.name);
  }

  delete({ job, pod }: JobEntry): void {
    this.#entries.delete(job.name);
    if (pod !== undefined) this.#podOwners.delete(pod.uid);
    this.#touch(job.name);
  }

  /** Resolves when everything put so far is in the journal. On a full disk that is when there is room again. */
  settled(): Promise<void> {
    return this.#timer === undefined ? Promise.resolve() : this.#commit.promise;
  }

  #touch(name: string): void {
    this.#changed.add(name);
    this.#timer ??= setImmediate(() => this.#tryCommit());
  }

  #tryCommit(): void {
    const names = [...this.#changed];
    try {
      this.#journal.append(names.map((name) => this.#record(name)));
    } catch (error) {
      console.error(`the journal cannot be written, new Jobs wait: ${String(error)}`);
      this.#timer = setTimeout(() => this.#tryCommit(), RETRY_MS);
      return;
    }
    this.#timer = undefined;
    this.#changed.clear();
    const commit = this.#commit;
    this.#commit = Promise.withResolvers();
    const at = nowMs();
    this.#publish(names.flatMap((name) => this.#advance(name, at)));
    commit.resolve();
    this.#journal.compact(this.#committed.values());
  }

  #record(name: string): JournalRecord {
    const entry = this.#entries.get(name);
    return entry === undefined ? { kind: 'removed', name } : { kind: 'entry', entry };
  }

  #advance(name: string, at: number): Observation[] {
    const before = this.#committed.get(name);
    const after = this.#entries.get(name);
    if (after === undefined) this.#committed.delete(name);
    else this.#committed.set(name, after);
    return changes(before, after, at);
  }
}
