import {
  stageContract,
  traceIdOf,
  type AttemptView,
  type Deadlines,
  type EvaluationView,
  type FactData,
  type FindingView,
  type Links,
  type StageView,
} from '@lacuna/contracts';
import { aloneVerdict } from './compare-alone.ts';
import { attemptsOf, latestAttempt, primaryPod, type Attempt, type Evaluation, type Pod } from './evaluation.ts';
import { phaseOf } from './phase.ts';
import { stagesOf, type StageState } from './stages.ts';
import { testsOf } from './judge-run.ts';

/** An evaluation as the API shows it; undefined when it was never accepted. */
export function viewOf(evaluation: Evaluation, links: Links, deadlines: Deadlines = {}): EvaluationView | undefined {
  const { submitted, settled } = evaluation;
  if (submitted === undefined) return undefined;
  const { spec } = submitted.data;
  const tests = testsOf(evaluation, primaryPod(latestAttempt(evaluation)));
  return {
    id: evaluation.id,
    name: spec.name,
    phase: phaseOf(evaluation),
    ...(settled === undefined
      ? {}
      : {
          verdict: settled.data.verdict,
          reason: settled.data.reason,
          settledAt: settled.at,
          evidence: settled.data.evidence,
        }),
    labels: spec.labels ?? {},
    submittedAt: submitted.at,
    ...(tests === undefined ? {} : { tests }),
    traceId: traceIdOf(evaluation.id),
    spec,
    attempts: attemptsOf(evaluation).map((attempt) => attemptView(evaluation, attempt, deadlines)),
    findings: findingViews(evaluation),
    ...aloneView(evaluation),
    links,
  };
}

function attemptView(evaluation: Evaluation, attempt: Attempt, deadlines: Deadlines): AttemptView {
  const pod = primaryPod(attempt);
  return {
    attempt: attempt.number,
    stages: stagesOf(evaluation, attempt, deadlines).map((state) => stageView(state, deadlines)),
    ...jobView(attempt.job?.data),
    podUids: Object.keys(attempt.pods).sort(),
    ...(pod?.logClosed === undefined ? {} : { log: pod.logClosed.data.statement }),
    ...logKept(pod),
    ...(pod?.report?.data.report === undefined ? {} : { report: pod.report.data.report }),
  };
}

function jobView(job: FactData<'job-created'> | undefined): Pick<AttemptView, 'job' | 'warning'> {
  if (job === undefined) return {};
  return { job: job.job, ...(job.warning === undefined ? {} : { warning: job.warning }) };
}

function logKept(pod: Pod | undefined): Pick<AttemptView, 'logKept'> {
  const { logArchived, logRemoved } = pod ?? {};
  if (logRemoved !== undefined) return { logKept: { where: 'nowhere', since: logRemoved.at } };
  if (logArchived === undefined) return {};
  return { logKept: { where: 'archive', since: logArchived.at, store: logArchived.data.store } };
}

function stageView(state: StageState, deadlines: Deadlines): StageView {
  const raised = state.missing?.raised?.data;
  const to = state.end ?? raised?.deadline;
  const reason =
    state.broken?.reason ??
    (state.outcome === 'missing' ? raised?.reason : undefined) ??
    (state.outcome === 'open' ? state.told : undefined);
  const from = state.begin ?? raised?.since;
  const { graceMs } =
    state.outcome === 'open' || state.outcome === 'missing' ? stageContract(state.stage, deadlines) : {};
  return {
    stage: state.stage,
    service: stageContract(state.stage).service,
    outcome: state.outcome,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(state.deadline === undefined ? {} : { deadline: state.deadline }),
    ...(graceMs === undefined ? {} : { graceMs }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function aloneView({ comparisons = {} }: Evaluation): Pick<EvaluationView, 'alone'> {
  const inOrder = Object.values(comparisons).sort((a, b) => a.data.time - b.data.time);
  const verdict = aloneVerdict(inOrder);
  return verdict === undefined ? {} : { alone: { verdict, comparisons: inOrder.map(({ data }) => data) } };
}

function findingViews(evaluation: Evaluation): FindingView[] {
  const views = Object.values(evaluation.findings).flatMap(({ raised, cleared }): FindingView[] => {
    if (raised === undefined) return [];
    const { stage, cause, reason } = raised.data;
    return [{ stage, cause, reason, raisedAt: raised.at, ...(cleared === undefined ? {} : { clearedAt: cleared.at }) }];
  });
  return views.sort((a, b) => a.raisedAt - b.raisedAt);
}
