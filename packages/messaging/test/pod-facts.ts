import { evaluationIdFrom, fact, type EvaluationId, type Fact } from '@lacuna/contracts';
import type { RecordedFact } from '../src/index.ts';

/** An evaluation id for a number. */
export function idOf(n: number): EvaluationId {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(n);
  return evaluationIdFrom(bytes);
}

/** A fact of which an evaluation can have many, told apart by the pod's uid. */
export function podFact(podUid: string, { evaluation = idOf(1), pod = 'pod' } = {}): Fact {
  return fact('pod-created', { evaluation, at: 1_800_000_000_000 }, { pod, podUid, jobUid: 'job' });
}

/** `count` different facts. */
export function podFacts(count: number, evaluation = idOf(1)): Fact[] {
  return Array.from({ length: count }, (_, i) => podFact(`uid-${i}`, { evaluation }));
}

/** The uid by which `podFact` tells facts apart. */
export function uidOf({ fact: { data } }: RecordedFact): string {
  return 'podUid' in data ? (data.podUid ?? '') : '';
}
