import { evaluationIdFrom, type EvaluationView, type LogStatement } from '@lacuna/contracts';

export const ID = evaluationIdFrom(new Uint8Array(16).fill(7));

export const ACCEPTED = {
  id: ID,
  traceId: 'a'.repeat(32),
  phase: 'queued',
  links: { self: '', log: '', events: '', trace: '' },
} as const;

const RUNNING: EvaluationView = {
  id: ID,
  name: 'true',
  phase: 'running',
  labels: {},
  submittedAt: 1_000,
  traceId: ACCEPTED.traceId,
  spec: { name: 'true', command: ['true'] },
  attempts: [{ attempt: 1, stages: [], podUids: [] }],
  findings: [],
  links: ACCEPTED.links,
};

export function running(): EvaluationView {
  return RUNNING;
}

export function settled(): EvaluationView {
  return { ...RUNNING, phase: 'settled', verdict: 'passed', reason: 'exit code 0, log sealed', settledAt: 2_000 };
}

/** An evaluation whose log is closed and has so many bytes. */
export function withLog(bytes: number): EvaluationView {
  const log: LogStatement = { state: 'sealed', bytes, lines: 1, sha256: '0'.repeat(64), tried: [] };
  return { ...RUNNING, attempts: [{ attempt: 1, stages: [], podUids: [], log }] };
}
