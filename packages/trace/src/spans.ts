import {
  ATTRIBUTES,
  parseTraceparent,
  SPAN_CONTRACT,
  traceIdOf,
  type ContractSpan,
  type FactOf,
} from '@lacuna/contracts';
import { stagesOf, type Attempt, type Evaluation } from '@lacuna/lifecycle';
import { missingSpan, rootSpanId, stageSpan } from './stage-span.ts';

const SERVICE_OF = new Map(SPAN_CONTRACT.map((row) => [row.stage, row.service]));

/**
 * The contract spans of an evaluation that are final by now: ended stages, holes, and the root once there is a verdict.
 * A function of facts only, so any replica at any time exports the same bytes; exporting twice adds nothing (invariant I6).
 */
export function spansOf(evaluation: Evaluation): ContractSpan[] {
  const root = rootSpan(evaluation);
  const attempts = Object.values(evaluation.attempts).sort((a, b) => a.number - b.number);
  const first: Attempt = { number: 1, delays: {}, warnings: {}, pods: {} };
  const stages = (attempts.length > 0 ? attempts : [first]).flatMap((attempt) => attemptSpans(evaluation, attempt));
  return root === undefined ? stages : [root, ...stages];
}

function attemptSpans(evaluation: Evaluation, attempt: Attempt): ContractSpan[] {
  const spans: ContractSpan[] = [];
  for (const state of stagesOf(evaluation, attempt)) {
    const raised = state.missing?.raised;
    if (raised !== undefined) spans.push(missingSpan(evaluation, raised, spans.at(-1)));
    const span = stageSpan(evaluation, attempt, state, SERVICE_OF.get(state.stage) ?? 'trace-audit');
    if (span !== undefined) spans.push(span);
  }
  return spans;
}

/** The root spans the whole life; it is exported with the verdict and never before, because only then it is final. */
function rootSpan(evaluation: Evaluation): ContractSpan | undefined {
  const { submitted, settled } = evaluation;
  if (submitted === undefined || settled === undefined) return undefined;
  const { verdict, reason, evidence } = settled.data;
  const broken = verdict !== 'passed' && verdict !== 'cancelled';
  return {
    traceId: traceIdOf(evaluation.id),
    spanId: rootSpanId(evaluation),
    service: 'lacuna',
    name: `RUN ${submitted.data.spec.name}`,
    kind: 'server',
    startMs: submitted.at,
    endMs: Math.max(submitted.at, settled.at),
    status: broken ? { code: 'error', message: `${verdict}: ${reason}` } : { code: 'unset' },
    attributes: {
      [ATTRIBUTES.pipelineName]: submitted.data.spec.name,
      [ATTRIBUTES.pipelineRunId]: evaluation.id,
      [ATTRIBUTES.pipelineResult]: PIPELINE_RESULT[verdict],
      [ATTRIBUTES.evaluation]: evaluation.id,
      [ATTRIBUTES.verdict]: verdict,
      [ATTRIBUTES.reason]: reason,
      ...(evidence.tests === undefined ? {} : { [ATTRIBUTES.tests]: evidence.tests }),
      ...(broken ? { [ATTRIBUTES.errorType]: `lacuna.${verdict}` } : {}),
    },
    events: [],
    links: callerLinks(submitted),
  };
}

const PIPELINE_RESULT: Readonly<Record<FactOf<'settled'>['data']['verdict'], string>> = {
  passed: 'success',
  failed: 'failure',
  error: 'error',
  incomplete: 'error',
  timed_out: 'timeout',
  cancelled: 'cancellation',
};

function callerLinks(submitted: FactOf<'submitted'>): ContractSpan['links'] {
  const caller = parseTraceparent(submitted.data.callerTraceparent ?? '');
  return caller === undefined ? [] : [{ ...caller, attributes: { 'lacuna.link': 'caller' } }];
}
