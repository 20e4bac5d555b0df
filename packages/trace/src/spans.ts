import {
  ATTRIBUTES,
  parseTraceparent,
  runSpanIdOf,
  runTraceIdOf,
  stageContract,
  traceIdOf,
  type ContractSpan,
  type FactOf,
} from '@lacuna/contracts';
import {
  attemptsOf,
  findingKey,
  primaryPod,
  stagesOf,
  type Attempt,
  type Evaluation,
  type StageState,
} from '@lacuna/lifecycle';
import { comparisonSpan } from './comparison-span.ts';
import { resultAttributes, statusOf } from './result-attributes.ts';
import { retrySpan } from './retry-span.ts';
import { missingSpan, rootSpanId, stageSpan } from './stage-span.ts';
import { waitSpans } from './wait-spans.ts';

/**
 * The contract spans of an evaluation that are final by now: ended stages, holes, and the root once there is a verdict.
 * A function of facts only, so any replica at any time exports the same bytes; exporting twice adds nothing (invariant I6).
 */
export function spansOf(evaluation: Evaluation): ContractSpan[] {
  const root = rootSpan(evaluation);
  const stages = attemptsOf(evaluation).flatMap((attempt) => attemptSpans(evaluation, attempt));
  const compared = Object.values(evaluation.comparisons ?? {}).map((one) => comparisonSpan(evaluation, one));
  return [...(root === undefined ? [] : [root]), ...stages, ...compared];
}

function attemptSpans(evaluation: Evaluation, attempt: Attempt): ContractSpan[] {
  const spans: ContractSpan[] = [];
  const root = rootSpanId(evaluation);
  for (const state of stagesOf(evaluation, attempt)) {
    const raised = state.missing?.raised;
    if (raised !== undefined) {
      const last = spans.findLast((span) => span.parentSpanId === root);
      spans.push(missingSpan(evaluation, raised, last));
    }
    if (!isFinal(evaluation, attempt, state)) continue;
    const span = stageSpan(evaluation, attempt, state, stageContract(state.stage).service);
    if (span !== undefined) spans.push(span, ...waitSpans(span, evaluation, attempt, state.stage));
  }
  return attempt.retry === undefined ? spans : [...spans, retrySpan(evaluation, attempt.retry)];
}

/**
 * Whether nothing of a broken stage may still change before its attempt is decided: the end of a container whose pod is leaving may yet be told otherwise, and a
 * finding may add what is not owed behind it. The alert does not wait for that.
 */
function isFinal(evaluation: Evaluation, attempt: Attempt, { stage, broken }: StageState): boolean {
  if (broken === undefined || evaluation.settled !== undefined || attempt.retry !== undefined) return true;
  const isLeaving = primaryPod(attempt)?.gone !== undefined;
  return !isLeaving && evaluation.findings[findingKey(attempt.number, stage, broken.cause)]?.raised !== undefined;
}

/** The root spans the whole life; it is exported with the verdict and never before, because only then it is final. */
function rootSpan(evaluation: Evaluation): ContractSpan | undefined {
  const { submitted, settled } = evaluation;
  if (submitted === undefined || settled === undefined) return undefined;
  return {
    traceId: traceIdOf(evaluation.id),
    spanId: rootSpanId(evaluation),
    service: 'lacuna',
    name: `RUN ${submitted.data.spec.name}`,
    kind: 'server',
    startMs: submitted.at,
    endMs: Math.max(submitted.at, settled.at),
    status: statusOf(settled.data),
    attributes: {
      [ATTRIBUTES.pipelineName]: submitted.data.spec.name,
      [ATTRIBUTES.pipelineRunId]: evaluation.id,
      [ATTRIBUTES.evaluation]: evaluation.id,
      [ATTRIBUTES.attempt]: settled.data.attempt ?? 1,
      ...resultAttributes(settled.data),
    },
    events: [],
    links: [...callerLinks(submitted), ...runLinks(submitted)],
  };
}

function callerLinks(submitted: FactOf<'submitted'>): ContractSpan['links'] {
  const caller = parseTraceparent(submitted.data.callerTraceparent ?? '');
  return caller === undefined ? [] : [{ ...caller, attributes: { 'lacuna.link': 'caller' } }];
}

function runLinks({ data: { spec } }: FactOf<'submitted'>): ContractSpan['links'] {
  const { run } = spec;
  if (run === undefined) return [];
  const attributes = { 'lacuna.link': 'run' };
  return [{ traceId: runTraceIdOf(run.id), spanId: runSpanIdOf(run.id, run), attributes }];
}
