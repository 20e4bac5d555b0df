import { evaluationOfRun, type FactData } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { fold, type Evaluation } from '@lacuna/lifecycle';
import type { History } from '@lacuna/messaging';
import { describe, expect, test } from 'vitest';
import { compactionDue, type CompactionRule } from '../src/compaction-due.ts';

const VERDICT: FactData<'settled'> = {
  verdict: 'passed',
  reason: 'exit code 0',
  evidenceAt: 0,
  notOwed: [],
  evidence: { absent: [] },
};
const DONE = [
  { consumer: 'dispatch-clean-up', seq: Infinity },
  { consumer: 'trace-audit-export', seq: 1_000 },
];
const ORPHAN = { object: 'job', uid: 'job-9', objectName: 'job-nine', why: 'left-behind', message: 'x' } as const;

const COMPARISON: Omit<FactData<'compared-alone'>, 'time'> = {
  alone: 'ev-0',
  outcome: 'passes-alone',
  from: 0,
  failed: { both: [], onlyTogether: [], onlyAlone: [] },
  overlapped: [],
  fought: [],
};

const running = (): Story => new Story().running().ended();
const settled = (): Story => running().logClosed().reportRead().tell('settled', VERDICT);

const historyOf = ({ id, facts }: Story, more: Partial<History> = {}): History => ({
  id,
  facts: facts.map((told, index) => ({ ...told, seq: index + 1 })),
  unreadable: 0,
  ...more,
});

/** An hour after the story. */
const due = (story: Story, rule: Partial<CompactionRule> = {}, more: Partial<History> = {}) =>
  compactionDue(historyOf(story, more), {
    now: story.now + 3_600_000,
    afterMs: 900_000,
    readers: DONE,
    ...rule,
  });

describe('an evaluation is compacted', () => {
  test('when it is settled, quiet for so long, and nothing is owed', () => {
    expect(due(settled())).toEqual({ kind: 'now' });
  });

  test('not before the time has passed since its last fact, which may be later than the verdict', () => {
    const late = settled().after(600_000).podScheduled('late');
    expect(due(late, { now: late.now + 899_000 })).toEqual({ kind: 'early', until: late.now + 1 + 900_000 });
  });

  test('not as long as a log is open', () => {
    const open = running().tell('settled', { ...VERDICT, verdict: 'incomplete' });
    expect(due(open)).toEqual({ kind: 'owed', what: 'the end of a log' });
  });

  test('not as long as an orphan of it is in the cluster, for only its facts tell that', () => {
    const found = settled().tell('orphan', { ...ORPHAN, state: 'found' });
    expect(due(found)).toEqual({ kind: 'owed', what: 'the end of the orphan job-nine' });
    expect(due(found.tell('orphan', { ...ORPHAN, state: 'gone' }))).toEqual({ kind: 'now' });
  });

  test('not as long as a repetition is not compared with what it repeats, if that was ever submitted', () => {
    const run = { id: `run-${'0'.repeat(26)}`, suite: 'e2e', suites: ['e2e'] };
    const repetition = new Story(evaluationOfRun({ ...run, alone: 2 })).running({ run: { ...run, alone: 2 } }).ended();
    const alone = repetition.logClosed().reportRead().tell('settled', VERDICT);
    const repeated = new Story(evaluationOfRun(run)).running({ run });
    const owed = { kind: 'owed', what: `the comparison of ${repeated.id} with ${alone.id}, which repeats it` };
    const together = (): Evaluation => fold(repeated.id, repeated.facts);
    expect(due(alone, { together: together() })).toEqual(owed);
    repeated.tell('compared-alone', { ...COMPARISON, time: 1 });
    expect(due(alone, { together: together() })).toEqual(owed);
    repeated.tell('compared-alone', { ...COMPARISON, time: 2 });
    expect(due(alone, { together: together() })).toEqual({ kind: 'now' });
    expect(due(alone, { together: fold(repeated.id, []) })).toEqual({ kind: 'now' });
  });

  test('not before every durable reader is done with its last fact', () => {
    const story = settled();
    const last = story.facts.length;
    const slow = (seq: number) => [...DONE, { consumer: 'somebody-elses', seq }];
    expect(due(story, { readers: slow(last - 1) })).toEqual({ kind: 'owed', what: 'consumer somebody-elses' });
    expect(due(story, { readers: slow(last) })).toEqual({ kind: 'now' });
  });

  test('not before whoever erases the env and removes Jobs exists', () => {
    expect(due(settled(), { readers: DONE.slice(1) })).toEqual({ kind: 'owed', what: 'consumer dispatch-clean-up' });
  });

  test('never when it is open, was not submitted, or has a message that is no fact', () => {
    expect(due(running())).toEqual({ kind: 'never', why: 'it is not settled' });
    expect(due(new Story().tell('settled', VERDICT))).toEqual({ kind: 'never', why: 'nobody submitted it' });
    expect(due(settled(), {}, { unreadable: 1 })).toEqual({ kind: 'never', why: '1 of its messages are no facts' });
  });

  test('at once when there is a record and facts beside it that are in it, and not again when there are none', () => {
    const rule = { now: 0, readers: [] };
    expect(due(settled(), rule, { record: { lastSeq: 9, notDeleted: 1 } })).toEqual({ kind: 'now' });
    expect(due(settled(), rule, { record: { lastSeq: 9, notDeleted: 0 } })).toEqual({ kind: 'done' });
  });
});
