import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Failure, type EvaluationPage, type EvaluationSummary } from '@lacuna/contracts';
import type { Digest } from '@lacuna/diagnosis';
import { encodeCursor } from './cursor.ts';
import { conditionsOf, type ListQuery } from './list-query.ts';
import { openDatabase } from './open-database.ts';
import { Survey } from './survey.ts';

/** Up to where the stream has been read: the last fact, by its place and its subject. */
export interface Progress {
  readonly seq: number;
  readonly subject: string;
}

/** One evaluation as it is kept. */
export interface Kept extends EvaluationSummary {
  /** What a diagnosis of many goes by; only when it is settled. */
  readonly digest?: Digest | undefined;
}

/** The database's own code for a disk, or a file, that takes no more. Source: SQLITE_FULL. */
const FULL = 13;

/** What `GET /v1/evaluations` lists: a projection of the facts, which can be thrown away at any time. */
export class ReadModel implements Disposable {
  readonly survey: Survey;
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #putLabel: StatementSync;
  readonly #putProgress: StatementSync;

  /** `path` may be `:memory:`. Throws `Failure('invalid-config')` when another process uses the file. */
  constructor(path: string) {
    this.#path = path;
    this.#database = openDatabase(path);
    this.survey = new Survey(this.#database);
    this.#put = this.#database.prepare(
      'INSERT OR REPLACE INTO evaluation (id, name, phase, verdict, submitted_at, summary, digest) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#putLabel = this.#database.prepare('INSERT OR IGNORE INTO label (key, value, evaluation) VALUES (?, ?, ?)');
    this.#putProgress = this.#database.prepare('INSERT OR REPLACE INTO progress (one, seq, subject) VALUES (1, ?, ?)');
  }

  /** Undefined when nothing has been read. */
  get progress(): Progress | undefined {
    return this.#database.prepare('SELECT seq, subject FROM progress').get() as Progress | undefined;
  }

  /** Takes over what has changed together with how far that goes, or nothing of it. Throws `Failure('overloaded')` when there is no room. */
  apply(changed: Iterable<Kept>, progress: Progress): void {
    this.#transaction(() => {
      for (const kept of changed) this.#write(kept);
      this.#putProgress.run(progress.seq, progress.subject);
    });
  }

  clear(): void {
    this.#transaction(() => this.#database.exec('DELETE FROM evaluation; DELETE FROM label; DELETE FROM progress'));
  }

  /** One page, newest first. */
  list(query: ListQuery): EvaluationPage {
    const { sql, values } = selectOf(query);
    const rows = this.#database.prepare(sql).all(...values) as { readonly summary: string }[];
    const items = rows.slice(0, query.limit).map(({ summary }) => JSON.parse(summary) as EvaluationSummary);
    const last = items.at(-1);
    return rows.length > query.limit && last !== undefined ? { items, next: encodeCursor(last) } : { items };
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #write({ digest, ...summary }: Kept): void {
    const { id, name, phase, verdict, submittedAt, labels } = summary;
    this.#put.run(
      id,
      name,
      phase,
      verdict ?? null,
      submittedAt,
      JSON.stringify(summary),
      digest === undefined ? null : JSON.stringify(digest),
    );
    for (const [key, value] of Object.entries(labels)) this.#putLabel.run(key, value, id);
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      // A full disk has rolled it back already.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw (error as { errcode?: unknown }).errcode === FULL ? this.#noRoom(error) : error;
    }
  }

  #noRoom(cause: unknown): Failure {
    const message = `the list of evaluations can't be brought up to date, because there is no room for ${this.#path}; make room there, and it goes on by itself`;
    return new Failure('overloaded', message, { cause });
  }
}

/** One row more than asked for: it tells whether there is a next page. */
function selectOf(query: ListQuery): { readonly sql: string; readonly values: (string | number)[] } {
  const { condition, values } = conditionsOf(query);
  const sql = `SELECT summary FROM evaluation WHERE ${condition} ORDER BY submitted_at DESC, id DESC LIMIT ?`;
  return { sql, values: [...values, query.limit + 1] };
}
