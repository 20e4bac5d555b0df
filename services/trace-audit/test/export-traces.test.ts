import type { ContractSpan } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { decide, fold } from '@lacuna/lifecycle';
import type { RecordedFact } from '@lacuna/messaging';
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
  expect(names).toEqual(expect.arrayContaining(['RUN suite', 'pod.create', 'waiting: quota']));
  expect(done).toBe(1);
});
