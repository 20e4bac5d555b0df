import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EvaluationId } from '@lacuna/contracts';
import type { Digest, Overlap, QueueFigures } from '@lacuna/diagnosis';
import { conditionsOf, type ListQuery } from './list-query.ts';

/** What a range holds: settled evaluations as digests, newest first, and the ids of those that are open. */
interface Range {
  readonly settled: readonly Digest[];
  readonly open: readonly EvaluationId[];
  /** How many more there are than were asked for. */
  readonly more: number;
}

/** Evaluations last no longer than this as a rule; whoever was submitted earlier is not looked for among those that overlap. Milliseconds. */
const LONGEST_MS = 6 * 3_600_000;

/** Questions about many evaluations that a diagnosis asks the read model. */
export class Survey {
  readonly #database: DatabaseSync;
  readonly #queue: StatementSync;
  readonly #running: StatementSync;
  readonly #overlap: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#queue = database.prepare(
      "SELECT count(*) AS waiting, min(submitted_at) AS oldest, count(*) FILTER (WHERE submitted_at < ?) AS ahead FROM evaluation WHERE phase = 'queued'",
    );
    this.#running = database.prepare("SELECT count(*) AS running FROM evaluation WHERE phase = 'running'");
    this.#overlap = database.prepare(
      `SELECT count(*) AS evaluations, count(*) FILTER (WHERE verdict NOT IN ('passed', 'cancelled')) AS broken FROM evaluation
       WHERE id <> ? AND submitted_at BETWEEN ? AND ? AND phase <> 'queued'
         AND (phase <> 'settled' OR json_extract(summary, '$.settledAt') >= ?)`,
    );
  }

  /** The queue as one that was submitted at that time sees it. */
  queue(submittedAt: number): QueueFigures {
    const row = this.#queue.get(submittedAt) as { waiting: number; oldest: number | null; ahead: number };
    const { waiting, ahead } = row;
    return { waiting, ahead, ...(row.oldest === null ? {} : { oldestSince: row.oldest }) };
  }

  /** How many evaluations run now. */
  running(): number {
    return (this.#running.get() as { running: number }).running;
  }

  /** Who else was under way between two times. */
  overlap(id: EvaluationId, from: number, to: number): Overlap {
    return { ...(this.#overlap.get(id, from - LONGEST_MS, to, from) as unknown as Overlap) };
  }

  /** The newest evaluations of a range: settled ones up to `query.limit`, open ones up to `openLimit`. */
  range(query: ListQuery, openLimit: number): Range {
    const { condition, values } = conditionsOf(query);
    const select = (what: string, rest = ''): Record<string, unknown>[] =>
      this.#database.prepare(`SELECT ${what} FROM evaluation WHERE ${condition} ${rest}`).all(...values);
    const newest = 'ORDER BY submitted_at DESC, id DESC LIMIT';
    const settled = select('digest', `AND digest IS NOT NULL ${newest} ${query.limit}`);
    const open = select('id', `AND phase <> 'settled' ${newest} ${openLimit}`);
    const all = Number(select('count(*) AS n')[0]?.['n'] ?? 0);
    return {
      settled: settled.map(({ digest }) => JSON.parse(digest as string) as Digest),
      open: open.map(({ id }) => id as EvaluationId),
      more: Math.max(0, all - settled.length - open.length),
    };
  }
}
