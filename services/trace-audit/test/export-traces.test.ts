import { traceIdOf, type ContractSpan } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { decide, fold } from '@lacuna/lifecycle';
import type { RecordedFact } from '@lacuna/messaging';
import type { ContractExporter } from '@lacuna/telemetry';
import { expect, test } from 'vitest';
import { exportTraces } from '../src/export-traces.ts';

const QUOTA = {
  object: 'job',
  uid: 'job-1',
  reason: 'FailedCreate',
  message: 'exceeded quota',
  quota: 'full',
} as const;

/** What is exported when the last fact of a story is handed out; the trace store takes and keeps everything. */
async function exportedWithLastOf({ id, facts }: Story): Promise<{ names: string[]; done: number }> {
  const sent: ContractSpan[] = [];
  const sink = {
    export: async (spans: readonly ContractSpan[]) => (sent.push(...spans), { kind: 'accepted' as const }),
    verify: async () => new Set<string>(),
  };
  const last: RecordedFact = { ...facts.at(-1)!, seq: facts.length };
  const evaluationWith = async () => fold(id, facts);
  const deps = { sink, evaluationWith, settledOnes: async () => [], onRejected: () => undefined, readBackAfterMs: [0] };
  const done = await exportTraces([last], deps, AbortSignal.timeout(5_000));
  return { names: sent.map(({ name }) => name), done: done.size };
}

test('a warning is exported with the verdict, and by itself when it comes later', async () => {
  const open = new Story().running().tell('cluster-warned', QUOTA);
  expect(await exportedWithLastOf(open)).toEqual({ names: [], done: 1 });
  const settled = new Story().running().after(50).ended().logClosed().reportRead();
  for (const fact of decide(fold(settled.id, settled.facts), settled.now)) settled.facts.push({ fact, storedAt: 1 });
  const { names, done } = await exportedWithLastOf(settled.tell('cluster-warned', QUOTA));
  expect(names).toEqual(['waiting: quota']);
  expect(done).toBe(1);
});

/** Settled evaluations, the verdict of each, and a trace store that takes these spans and has those traces at each look. */
function settledOnes(...stories: readonly Story[]) {
  const evaluations = stories.map((story) => {
    for (const fact of decide(fold(story.id, story.facts), story.now)) story.facts.push({ fact, storedAt: 1 });
    return fold(story.id, story.facts);
  });
  const verdicts = stories.map(({ facts }): RecordedFact => ({ ...facts.at(-1)!, seq: facts.length }));
  return {
    verdicts,
    exporting: async (sink: Sink, readBackAfterMs = [0, 0, 0]) => {
      const refusals: string[] = [];
      const deps = {
        sink: { export: sink.export, verify: sink.verify ?? (async () => new Set<string>()) },
        evaluationWith: async ({ fact }: RecordedFact) => evaluations.find(({ id }) => id === fact.evaluation)!,
        settledOnes: async () => evaluations,
        onRejected: (message: string) => refusals.push(message),
        readBackAfterMs,
      };
      const done = await exportTraces(verdicts, deps, AbortSignal.timeout(5_000));
      return { done: verdicts.filter((verdict) => done.has(verdict)).map(({ fact }) => fact.evaluation), refusals };
    },
  };
}
type Sink = Pick<ContractExporter, 'export'> & Partial<Pick<ContractExporter, 'verify'>>;

const accepted = async () => ({ kind: 'accepted' }) as const;
const over = (byte: number, spec = {}): Story =>
  new Story(testId(byte)).running(spec).after(50).ended().logClosed().reportRead();

test('nothing is done while the trace store does not answer', async () => {
  const { exporting } = settledOnes(over(1));
  expect((await exporting({ export: async () => ({ kind: 'unavailable', message: '503' }) })).done).toEqual([]);
});

test('what can be read back is done, at whichever look, and what can not comes again', async () => {
  const { exporting } = settledOnes(over(1), over(2), over(3));
  const looks: string[][] = [];
  const verify = async (traces: ReadonlyMap<string, ReadonlySet<string>>) => {
    looks.push([...traces.keys()]);
    const late = looks.length < 2 ? [traceIdOf(testId(2))] : [];
    return new Set([...late, traceIdOf(testId(3))].filter((id) => traces.has(id)));
  };
  expect((await exporting({ export: accepted, verify })).done).toEqual([testId(1), testId(2)]);
  expect(looks.map((ids) => ids.length)).toEqual([3, 2, 1]);
});

test('a span that is refused is told of and holds nothing up, and all others are read back all the same', async () => {
  const { exporting } = settledOnes(over(1), over(2), over(3));
  const [first, second] = [traceIdOf(testId(1)), traceIdOf(testId(2))];
  const refuse = async (spans: readonly ContractSpan[]) => {
    const refused = spans.filter(({ traceId, name }) => traceId === first || (traceId === second && name === 'queue'));
    return { kind: 'rejected', message: 'too large', spans: refused } as const;
  };
  const asked: (readonly [string, number])[] = [];
  const verify = async (traces: ReadonlyMap<string, ReadonlySet<string>>) => {
    for (const [id, spans] of traces) asked.push([id, spans.size]);
    return new Set([traceIdOf(testId(3))]);
  };
  const { done, refusals } = await exporting({ export: refuse, verify }, [0]);
  expect(refusals).toEqual(['too large']);
  expect(done).toEqual([testId(1), testId(2)]);
  const [[, ofSecond], [, ofThird]] = asked as [[string, number], [string, number]];
  expect([asked.length, ofThird - ofSecond]).toEqual([2, 1]);
});

test('with the verdict of a suite goes what is final of the trace of its run', async () => {
  const place = { id: 'run-00000000000000000000000001', suite: 'e2e', suites: ['e2e'] };
  const { exporting } = settledOnes(over(1, { run: place }));
  const sent: ContractSpan[] = [];
  const { done } = await exporting({ export: (spans) => (sent.push(...spans), accepted()) });
  expect(done).toEqual([testId(1)]);
  expect(sent.map(({ name }) => name)).toEqual(expect.arrayContaining(['RUN suite', 'RUN e2e', 'SUITE e2e']));
});
