import {
  defined,
  stageContract,
  traceIdOf,
  type AttemptView,
  type Deadlines,
  type EvaluationView,
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
  return defined({
    id: evaluation.id,
    name: spec.name,
    phase: phaseOf(evaluation),
    verdict: settled?.data.verdict,
    reason: settled?.data.reason,
    settledAt: settled?.at,
    evidence: settled?.data.evidence,
    labels: spec.labels ?? {},
    submittedAt: submitted.at,
    tests: testsOf(evaluation, primaryPod(latestAttempt(evaluation))),
    traceId: traceIdOf(evaluation.id),
    spec,
    attempts: attemptsOf(evaluation).map((attempt) => attemptView(evaluation, attempt, deadlines)),
    findings: findingViews(evaluation),
    alone: aloneView(evaluation),
    links,
  });
}

function attemptView(evaluation: Evaluation, attempt: Attempt, deadlines: Deadlines): AttemptView {
  const pod = primaryPod(attempt);
  const job = attempt.job?.data;
  return defined({
    attempt: attempt.number,
    stages: stagesOf(evaluation, attempt, deadlines).map((state) => stageView(state, deadlines)),
    job: job?.job,
    warning: job?.warning,
    podUids: Object.keys(attempt.pods).sort(),
    log: pod?.logClosed?.data.statement,
    logKept: logKept(pod),
    report: pod?.report?.data.report,
  });
}

function logKept(pod: Pod | undefined): AttemptView['logKept'] {
  const { logArchived, logRemoved } = pod ?? {};
  if (logRemoved !== undefined) return { where: 'nowhere', since: logRemoved.at };
  return logArchived && { where: 'archive', since: logArchived.at, store: logArchived.data.store };
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
  return defined({
    stage: state.stage,
    service: stageContract(state.stage).service,
    outcome: state.outcome,
    from,
    to,
    deadline: state.deadline,
    graceMs,
    reason,
  });
}

function aloneView({ comparisons = {} }: Evaluation): EvaluationView['alone'] {
  const inOrder = Object.values(comparisons).sort((a, b) => a.data.time - b.data.time);
  const verdict = aloneVerdict(inOrder);
  return verdict && { verdict, comparisons: inOrder.map(({ data }) => data) };
}

function findingViews(evaluation: Evaluation): FindingView[] {
  const views = Object.values(evaluation.findings).flatMap(({ raised, cleared }): FindingView[] => {
    if (raised === undefined) return [];
    const { stage, cause, reason } = raised.data;
    return [defined({ stage, cause, reason, raisedAt: raised.at, clearedAt: cleared?.at })];
  });
  return views.sort((a, b) => a.raisedAt - b.raisedAt);
}
