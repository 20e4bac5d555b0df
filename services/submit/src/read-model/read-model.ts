import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EvaluationPage, EvaluationSummary } from '@lacuna/contracts';
import { encodeCursor } from './cursor.ts';
import type { ListQuery } from './list-query.ts';
import { openDatabase } from './open-database.ts';

/** Up to where the stream has been read: the last fact, by its place and its subject. */
export interface Progress {
  readonly seq: number;
  readonly subject: string;
}

/** What `GET /v1/evaluations` lists: a projection of the facts, which can be thrown away at any time. */
export class ReadModel implements Disposable {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #putLabel: StatementSync;
  readonly #putProgress: StatementSync;

  /** `path` may be `:memory:`. Throws `Failure('invalid-config')` when another process uses the file. */
  constructor(path: string) {
    this.#database = openDatabase(path);
    this.#put = this.#database.prepare(
      'INSERT OR REPLACE INTO evaluation (id, name, phase, verdict, submitted_at, summary) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#putLabel = this.#database.prepare('INSERT OR IGNORE INTO label (key, value, evaluation) VALUES (?, ?, ?)');
    this.#putProgress = this.#database.prepare('INSERT OR REPLACE INTO progress (one, seq, subject) VALUES (1, ?, ?)');
  }

  /** Undefined when nothing has been read. */
  get progress(): Progress | undefined {
    return this.#database.prepare('SELECT seq, subject FROM progress').get() as Progress | undefined;
  }

  /** Takes over what has changed together with how far that goes, or nothing of it. */
  apply(changed: Iterable<EvaluationSummary>, progress: Progress): void {
    this.#transaction(() => {
      for (const summary of changed) this.#write(summary);
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

  #write(summary: EvaluationSummary): void {
    const { id, name, phase, verdict, submittedAt, labels } = summary;
    this.#put.run(id, name, phase, verdict ?? null, submittedAt, JSON.stringify(summary));
    for (const [key, value] of Object.entries(labels)) this.#putLabel.run(key, value, id);
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** One row more than asked for: it tells whether there is a next page. */
function selectOf({ phase, verdict, name, since, labels, limit, after }: ListQuery): {
  readonly sql: string;
  readonly values: (string | number)[];
} {
  const conditions: string[] = ['TRUE'];
  const values: (string | number)[] = [];
  const where = (condition: string, ...given: (string | number)[]): void => {
    conditions.push(condition);
    values.push(...given);
  };
  if (phase !== undefined) where('phase = ?', phase);
  if (verdict !== undefined) where('verdict = ?', verdict);
  if (name !== undefined) where('name = ?', name);
  if (since !== undefined) where('submitted_at >= ?', since);
  if (after !== undefined) where('(submitted_at, id) < (?, ?)', after.submittedAt, after.id);
  for (const [key, value] of labels)
    where('EXISTS (SELECT 1 FROM label WHERE key = ? AND value = ? AND evaluation = evaluation.id)', key, value);
  const sql = `SELECT summary FROM evaluation WHERE ${conditions.join(' AND ')} ORDER BY submitted_at DESC, id DESC LIMIT ?`;
  return { sql, values: [...values, limit + 1] };
}
