import {
  ATTRIBUTES,
  defined,
  spanIdOf,
  traceIdOf,
  type ContractSpan,
  type FactOf,
  type StageService,
} from '@lacuna/contracts';
import { findingKey, type Attempt, type Evaluation, type StageState } from '@lacuna/lifecycle';
import { spanName } from './span-name.ts';
import { stageAttributes, type Attributes } from './stage-attributes.ts';

/**
 * The span of a stage that came to its end. What went wrong is in the name (people see only service, name and the red mark until they
 * open a span), and in the span id, so that a correction is a new span and never a changed one.
 */
export function stageSpan(
  evaluation: Evaluation,
  attempt: Attempt,
  state: StageState,
  service: StageService,
): ContractSpan | undefined {
  if (state.begin === undefined || state.end === undefined) return undefined;
  const variant = state.broken?.cause ?? (state.outcome === 'late' ? 'late' : undefined);
  const attributes: Attributes = {
    ...identity(evaluation, attempt.number, state.stage),
    [ATTRIBUTES.outcome]: state.outcome,
    ...stageAttributes(state, evaluation, attempt),
    ...(isAmendment(evaluation, state) ? { [ATTRIBUTES.amended]: true } : {}),
    ...defined({ [ATTRIBUTES.errorType]: state.broken && `lacuna.${state.broken.cause}.${state.stage}` }),
    ...notOwedBehind(evaluation, attempt.number, state),
  };
  return {
    traceId: traceIdOf(evaluation.id),
    spanId: spanIdOf(evaluation.id, attempt.number, variant === undefined ? state.stage : `${state.stage}/${variant}`),
    parentSpanId: rootSpanId(evaluation),
    service: `lacuna-${service}`,
    name: spanName(variant === undefined ? state.stage : `${state.stage} ${variant}`, attempt.number),
    kind: 'internal',
    startMs: state.begin,
    endMs: state.end,
    status: state.broken === undefined ? { code: 'unset' } : { code: 'error', message: state.broken.reason },
    attributes,
    events: [],
    links: [],
  };
}

/** The hole itself: an ERROR span as long as the wait, linked to the last stage that did come. */
export function missingSpan(
  evaluation: Evaluation,
  raised: FactOf<'finding-raised'>,
  lastStage: ContractSpan | undefined,
): ContractSpan {
  const { stage, since, deadline, reason, notOwed } = raised.data;
  return {
    traceId: traceIdOf(evaluation.id),
    spanId: spanIdOf(evaluation.id, raised.attempt, `${stage}/missing`),
    parentSpanId: rootSpanId(evaluation),
    service: 'lacuna-trace-audit',
    name: spanName(`${stage} missing`, raised.attempt),
    kind: 'internal',
    startMs: since,
    endMs: Math.max(since, deadline ?? raised.at),
    status: { code: 'error', message: reason },
    attributes: {
      ...identity(evaluation, raised.attempt, stage),
      [ATTRIBUTES.outcome]: 'missing',
      [ATTRIBUTES.errorType]: `lacuna.missing.${stage}`,
      [ATTRIBUTES.reason]: reason,
      ...(notOwed.length > 0 ? { [ATTRIBUTES.notOwed]: [...notOwed] } : {}),
    },
    events: [],
    links:
      lastStage === undefined
        ? []
        : [{ traceId: lastStage.traceId, spanId: lastStage.spanId, attributes: { 'lacuna.link': 'last evidence' } }],
  };
}

/** The id of the root span, known to everybody in advance: the parent of all stages and of the command's own spans. */
export function rootSpanId(evaluation: Pick<Evaluation, 'id'>): string {
  return spanIdOf(evaluation.id, 1, 'root');
}

function identity(evaluation: Evaluation, attempt: number, stage: string): Attributes {
  return {
    [ATTRIBUTES.evaluation]: evaluation.id,
    [ATTRIBUTES.attempt]: attempt,
    [ATTRIBUTES.stage]: stage,
    [ATTRIBUTES.taskName]: stage,
    [ATTRIBUTES.taskRunId]: `${evaluation.id}/${attempt}/${stage}`,
  };
}

/** What the facts say is not owed any more because of this stage; every stage is a span or is named on one. */
function notOwedBehind(evaluation: Evaluation, attempt: number, state: StageState): Attributes {
  const finding = evaluation.findings[findingKey(attempt, state.stage, state.broken?.cause ?? '')];
  const notOwed = state.stage === 'verdict' ? evaluation.settled?.data.notOwed : finding?.raised?.data.notOwed;
  return notOwed === undefined || notOwed.length === 0 ? {} : { [ATTRIBUTES.notOwed]: [...notOwed] };
}

/** Learned only after the verdict: the verdict stands, this is added (fault O9). */
function isAmendment(evaluation: Evaluation, state: StageState): boolean {
  return evaluation.settled !== undefined && state.stage !== 'verdict' && (state.end ?? 0) > evaluation.settled.at;
}
