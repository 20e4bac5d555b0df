import { appendFileSync, closeSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { JobEntry } from './job-entry.ts';

/** One line: the newest entry of a Job, or that it was removed. */
export type JournalRecord =
  { readonly kind: 'entry'; readonly entry: JobEntry } | { readonly kind: 'removed'; readonly name: string };

/** Appended bytes after which the file is rewritten: some 10 000 Jobs, so that the rewrite is rare and the file stays small. */
const COMPACT_BYTES = 32 * 1024 * 1024;

/**
 * What survives the agent: append-only NDJSON. Written, but not synced to disk: it has to outlive the agent, and when the machine goes down
 * the processes it tells of are gone too.
 */
export class Journal {
  readonly #path: string;
  #fd: number;
  #bytes = 0;
  #torn = false;

  constructor(path: string, entries: Iterable<JobEntry>) {
    this.#path = path;
    this.#fd = this.#rewrite(entries);
  }

  /** Writes all records or throws; after a throw the same records must be appended again. */
  append(records: readonly JournalRecord[]): void {
    const lines = records.map(lineOf).join('');
    const torn = this.#torn;
    this.#torn = true;
    // Ends the half line that a failed write may have left.
    appendFileSync(this.#fd, torn ? `\n${lines}` : lines);
    this.#torn = false;
    this.#bytes += lines.length;
  }

  /** Replaces a file that has grown by what is still true. */
  compact(entries: Iterable<JobEntry>): void {
    if (this.#bytes < COMPACT_BYTES) return;
    closeSync(this.#fd);
    this.#fd = this.#rewrite(entries);
  }

  /** The old file stays in place until the new one is whole. */
  #rewrite(entries: Iterable<JobEntry>): number {
    const next = `${this.#path}.next`;
    writeFileSync(next, [...entries].map((entry) => lineOf({ kind: 'entry', entry })).join(''), { mode: 0o600 });
    renameSync(next, this.#path);
    this.#bytes = 0;
    return openSync(this.#path, 'a', 0o600);
  }
}

/** The entries that a journal ends with, by Job name. A torn line, left by a kill or a full disk, was never acted upon. */
export function readJournal(path: string): Map<string, JobEntry> {
  const entries = new Map<string, JobEntry>();
  for (const line of readIfThere(path).split('\n')) {
    const record = parse(line);
    if (record?.kind === 'entry') entries.set(record.entry.job.name, record.entry);
    else if (record?.kind === 'removed') entries.delete(record.name);
  }
  return entries;
}

function lineOf(record: JournalRecord): string {
  return `${JSON.stringify(record)}\n`;
}

function parse(line: string): JournalRecord | undefined {
  try {
    return JSON.parse(line) as JournalRecord;
  } catch {
    return undefined;
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
