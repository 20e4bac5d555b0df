import {
  defined,
  evaluationIdFrom,
  STAGES,
  SPAN_CONTRACT,
  traceIdOf,
  type AttemptView,
  type EvaluationId,
  type EvaluationSummary,
  type EvaluationView,
  type LogStatement,
  type Stage,
  type StageView,
  type Verdict,
} from '@lacuna/contracts';

/** 2026-11-23 20:15:00 UTC; all times of the views are from here. */
export const T0 = Date.UTC(2026, 10, 23, 20, 15);

/** A different id for each number, all with the same first characters up to the number. */
export function idOf(number: number): EvaluationId {
  return evaluationIdFrom(new Uint8Array(16).fill(number));
}

type Times = readonly [from: number, to?: number];
type StageTold = Partial<Omit<StageView, 'stage' | 'service' | 'from' | 'to'>> & { readonly at?: Times };

/** The stages of an attempt: those that are told, and all others not owed. Times in milliseconds from T0. */
export function stages(told: Partial<Record<Stage, StageTold>>): StageView[] {
  return STAGES.map((stage) => {
    const { at, ...rest } = told[stage] ?? { outcome: 'not-owed' };
    const service = SPAN_CONTRACT.find((row) => row.stage === stage)?.service ?? 'trace-audit';
    const from = at === undefined ? {} : { from: T0 + at[0] };
    const to = at?.[1] === undefined ? {} : { to: T0 + at[1] };
    return { stage, service, outcome: 'ok', ...from, ...to, ...rest };
  });
}

interface Told extends Partial<Omit<EvaluationView, 'attempts' | 'settledAt'>> {
  readonly stages?: readonly StageView[];
  readonly attempt?: Partial<AttemptView>;
  /** Milliseconds from T0. */
  readonly settledAt?: number;
}

/** An evaluation as the API shows it; what is not told is as dull as can be. */
export function viewOf({ stages: told = stages({}), attempt, settledAt, ...rest }: Told = {}): EvaluationView {
  const id = rest.id ?? idOf(7);
  const base = `http://127.0.0.1:4280/v1/evaluations/${id}`;
  return {
    id,
    name: 'integration',
    phase: settledAt === undefined ? 'running' : 'settled',
    labels: {},
    submittedAt: T0,
    ...(settledAt === undefined ? {} : { settledAt: T0 + settledAt }),
    traceId: traceIdOf(id),
    spec: { name: 'integration', command: ['pytest', '-v'] },
    attempts: [{ attempt: 1, stages: told, podUids: [], ...attempt }],
    findings: [],
    links: {
      self: base,
      log: `${base}/log`,
      events: `${base}/events`,
      trace: `http://127.0.0.1:16686/trace/${traceIdOf(id)}`,
    },
    ...rest,
  };
}

/** An evaluation with a verdict, and nothing else of interest. */
export function settledView(verdict: Verdict, told: Told = {}): EvaluationView {
  return viewOf({ verdict, reason: `as ${verdict} as can be`, settledAt: 4_200, ...told });
}

/** The row of `GET /v1/evaluations` for a view. */
export function summaryOf({
  id,
  name,
  phase,
  verdict,
  reason,
  labels,
  submittedAt,
  settledAt,
  tests,
  findings,
}: EvaluationView): EvaluationSummary {
  return {
    id,
    name,
    phase,
    ...defined({ verdict, reason }),
    labels,
    submittedAt,
    ...defined({ settledAt, tests }),
    findings: findings.length,
  };
}

/** A sealed log of so many bytes. */
export function sealedLog(bytes: number, sha256 = '9f86d081'.repeat(8)): LogStatement {
  return { state: 'sealed', bytes, lines: 812, sha256, sealedBytes: bytes, tried: [] };
}
