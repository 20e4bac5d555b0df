import {
  ATTRIBUTES,
  defined,
  evaluationOfRun,
  runSpanIdOf,
  runTraceIdOf,
  type ContractSpan,
  type EvaluationId,
  type FactOf,
  type RunPlace,
} from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';
import { isBroken, resultAttributes, statusOf } from './result-attributes.ts';
import { linkTo } from './link-to.ts';

/** An evaluation that is settled and has a place in a run. */
interface Placed {
  readonly id: EvaluationId;
  readonly run: RunPlace;
  readonly submitted: FactOf<'submitted'>;
  readonly settled: FactOf<'settled'>;
}

/**
 * The spans of a run's trace that are final now that this evaluation is settled: its suite, and, if it was the last one, the run as a
 * whole. `together` are the evaluations of all suites. A function of facts, as all contract spans are (invariant I6): whichever of two
 * evaluations that settle at one time is exported last, or if both are, the root is the same.
 */
export function runSpansOf(evaluation: Evaluation, together: readonly Evaluation[]): ContractSpan[] {
  const placed = placedIn(evaluation);
  if (placed === undefined) return [];
  const suites = together.map(placedIn).filter((one) => one !== undefined);
  const whole = suites.length === placed.run.suites.length && placed.run.alone === undefined;
  return [...(whole ? [runSpan(placed.run, suites)] : []), suiteSpan(placed)];
}

function placedIn({ id, submitted, settled }: Evaluation): Placed | undefined {
  const run = submitted?.data.spec.run;
  return run === undefined || submitted === undefined || settled === undefined
    ? undefined
    : { id, run, submitted, settled };
}

/** The whole run, from its first submission to its last verdict. */
function runSpan(run: RunPlace, suites: readonly Placed[]): ContractSpan {
  const broken = suites.filter(({ settled }) => isBroken(settled.data.verdict));
  const message = broken.map(({ run: { suite }, settled }) => `${suite} ${settled.data.verdict}`).join(', ');
  return {
    traceId: runTraceIdOf(run.id),
    spanId: runSpanIdOf(run.id),
    service: 'lacuna',
    name: `RUN ${run.suites.join(', ')}`,
    kind: 'server',
    startMs: Math.min(...suites.map(({ submitted }) => submitted.at)),
    endMs: Math.max(...suites.map(({ submitted, settled }) => Math.max(submitted.at, settled.at))),
    status: broken.length === 0 ? { code: 'unset' } : { code: 'error', message },
    attributes: {
      [ATTRIBUTES.run]: run.id,
      [ATTRIBUTES.pipelineRunId]: run.id,
      [ATTRIBUTES.pipelineResult]: broken.length === 0 ? 'success' : 'failure',
    },
    events: [],
    links: suites.map(({ id }) => linkTo(id, 'evaluation')),
  };
}

/** One suite; what it did by itself afterwards stands below what it did together with the others. */
function suiteSpan({ id, run, submitted, settled }: Placed): ContractSpan {
  const { suite, alone } = run;
  const together = evaluationOfRun({ id: run.id, suite });
  return {
    traceId: runTraceIdOf(run.id),
    spanId: runSpanIdOf(run.id, run),
    parentSpanId: alone === undefined ? runSpanIdOf(run.id) : runSpanIdOf(run.id, { suite }),
    service: 'lacuna',
    name: alone === undefined ? `SUITE ${suite}` : `SUITE ${suite} alone`,
    kind: 'internal',
    startMs: submitted.at,
    endMs: Math.max(submitted.at, settled.at),
    status: statusOf(settled.data),
    attributes: {
      [ATTRIBUTES.run]: run.id,
      [ATTRIBUTES.suite]: suite,
      ...defined({ [ATTRIBUTES.alone]: alone }),
      [ATTRIBUTES.evaluation]: id,
      ...resultAttributes(settled.data),
    },
    events: [],
    links: [linkTo(id, 'evaluation'), ...(alone === undefined ? [] : [linkTo(together, 'together')])],
  };
}
