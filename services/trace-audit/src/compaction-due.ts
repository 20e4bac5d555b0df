import { CLEAN_UP } from '@lacuna/contracts';
import { attemptsOf, fold, openLogs, type Evaluation } from '@lacuna/lifecycle';
import type { DoneUpTo, History } from '@lacuna/messaging';

/** What to do with a settled evaluation. */
type CompactionDue =
  | { readonly kind: 'now' }
  /** Not before a time: there was a fact about it lately. */
  | { readonly kind: 'early'; readonly until: number }
  | { readonly kind: 'owed'; readonly what: string }
  | { readonly kind: 'never'; readonly why: string }
  | { readonly kind: 'done' };

export interface CompactionRule {
  readonly now: number;
  /** How long after its last fact. Milliseconds. */
  readonly afterMs: number;
  /** How far every durable reader of the stream is. */
  readonly readers: readonly DoneUpTo[];
  /** Of a repetition: what it repeats. Its comparison is owed by its verdict, which an auditor must see among its facts. */
  readonly together?: Evaluation;
}

/**
 * Nothing may be owed any more: the verdict stands, every log is closed, no orphan is left in the cluster, a repetition is compared with what it
 * repeats, and every durable reader is done with all facts: the one that exports the trace and reads it back, those that send alerts and CDEvents, the one that erases the env and
 * removes the Jobs, and whoever else reads the stream. A record whose facts are not deleted yet is due at once.
 */
export function compactionDue(history: History, rule: CompactionRule): CompactionDue {
  const { now, afterMs, readers, together } = rule;
  const { id, facts, record, unreadable } = history;
  if (record !== undefined) return { kind: record.notDeleted > 0 ? 'now' : 'done' };
  const last = facts.at(-1);
  const evaluation = fold(id, facts);
  if (last === undefined || evaluation.settled === undefined) return { kind: 'never', why: 'it is not settled' };
  if (evaluation.submitted === undefined) return { kind: 'never', why: 'nobody submitted it' };
  if (unreadable > 0) return { kind: 'never', why: `${unreadable} of its messages are no facts` };
  if (now < last.storedAt + afterMs) return { kind: 'early', until: last.storedAt + afterMs };
  const what =
    openLogs(attemptsOf(evaluation)).length > 0
      ? 'the end of a log'
      : (orphanIn(history) ?? comparisonOwed(evaluation, together) ?? notDone(readers, last.seq));
  return what === undefined ? { kind: 'now' } : { kind: 'owed', what };
}

/** Without what it repeats there is nothing to compare: somebody submitted the repetition by itself. */
function comparisonOwed({ id, submitted }: Evaluation, together: Evaluation | undefined): string | undefined {
  const time = submitted?.data.spec.run?.alone;
  if (time === undefined || together?.submitted === undefined || together.comparisons?.[time] !== undefined)
    return undefined;
  return `the comparison of ${together.id} with ${id}, which repeats it`;
}

/** The durable reader that is not done up to a place, if there is one. */
export function notDone(readers: readonly DoneUpTo[], seq: number): string | undefined {
  // It must have seen the verdict, also when it was never started before.
  const cleansUp = readers.find(({ consumer }) => consumer === CLEAN_UP) ?? { consumer: CLEAN_UP, seq: 0 };
  const behind = [cleansUp, ...readers].find((reader) => reader.seq < seq);
  return behind && `consumer ${behind.consumer}`;
}

function orphanIn({ facts }: History): string | undefined {
  const left = new Map<string, string>();
  for (const { fact } of facts) {
    if (fact.type !== 'orphan') continue;
    if (fact.data.state === 'found') left.set(fact.data.uid, fact.data.objectName);
    else left.delete(fact.data.uid);
  }
  const [name] = left.values();
  return name === undefined ? undefined : `the end of the orphan ${name}`;
}
