import { stageContract, type Deadlines, type FactData, type Verdict } from '@lacuna/contracts';
import { accountFor } from '@lacuna/evidence';
import {
  hasOpenFinding,
  latestAttempt,
  primaryPod,
  startOf,
  type Attempt,
  type Evaluation,
  type Pod,
} from './evaluation.ts';
import { stagesOf, type StageState } from './stages.ts';

interface Judgement {
  readonly verdict: Verdict;
  readonly reason: string;
}

/**
 * The verdict that the facts allow, or undefined while evidence may still come. Rules in order; the first that applies decides:
 * cancelled, given up at a hole, broken by the platform, timed out, then exit code, log and report, which must agree.
 */
export function dueVerdict(
  evaluation: Evaluation,
  now: number,
  deadlines: Deadlines = {},
): FactData<'settled'> | undefined {
  if (evaluation.settled !== undefined || evaluation.submitted === undefined) return undefined;
  const attempt = latestAttempt(evaluation);
  const stages = stagesOf(evaluation, attempt, deadlines);
  const judgement = judge(evaluation, attempt, stages, now, deadlines);
  if (judgement === undefined) return undefined;
  const pod = primaryPod(attempt);
  return {
    ...judgement,
    reason: judgement.reason.slice(0, 4_096),
    evidenceAt: evidenceAt(evaluation, attempt, pod, now),
    notOwed: stages.filter(isAbsent).map((stage) => stage.stage),
    evidence: citeEvidence(evaluation, pod),
  };
}

function isAbsent(state: StageState): boolean {
  return state.end === undefined && state.missing?.raised === undefined && state.stage !== 'verdict';
}

function judge(
  evaluation: Evaluation,
  attempt: Attempt,
  stages: readonly StageState[],
  now: number,
  deadlines: Deadlines,
): Judgement | undefined {
  const givenUp = stages.find((stage) => stage.outcome === 'missing' && now >= giveUpAt(stage, deadlines));
  if (givenUp !== undefined) return judgeHole(givenUp);
  const pod = primaryPod(attempt);
  if (attempt.refused !== undefined && attempt.job === undefined) {
    const { cause, message } = attempt.refused.data;
    return cause === 'cancelled'
      ? cancelled(evaluation, 'before it had a Job')
      : { verdict: 'error', reason: `no Job: ${message}` };
  }
  if (evaluation.cancel !== undefined && pod === undefined && attempt.finished !== undefined)
    return cancelled(evaluation, 'before it had a pod');
  const beforeRun = stages.find(
    (stage) => stage.outcome === 'failed' && !RUNNING.has(stage.stage) && stage.broken?.cause !== 'duplicate-start',
  );
  if (beforeRun !== undefined) return { verdict: 'error', reason: `${beforeRun.stage}: ${beforeRun.broken?.reason}` };
  if (pod?.ended === undefined && pod?.gone === undefined) return undefined;
  if (startOf(pod) === undefined)
    return evaluation.cancel === undefined ? undefined : cancelled(evaluation, 'before it started');
  if (!isCollected(evaluation, pod) && !isOverdueBehindHole(evaluation, stages, now, deadlines)) return undefined;
  return judgeRun(evaluation, pod, stages);
}

const RUNNING = new Set(['container.run', 'log.capture', 'report.read', 'verdict']);

function giveUpAt(stage: StageState, deadlines: Deadlines): number {
  const { deadline, since } = stage.missing?.raised?.data ?? {};
  return (deadline ?? since ?? Infinity) + (stageContract(stage.stage, deadlines).graceMs ?? 0);
}

function judgeHole(stage: StageState): Judgement {
  const reason = `${stage.stage} missing: ${stage.missing?.raised?.data.reason ?? stage.why ?? 'no reason known'}`;
  return { verdict: stage.stage === 'log.capture' || stage.stage === 'report.read' ? 'incomplete' : 'error', reason };
}

function cancelled(evaluation: Evaluation, when: string): Judgement {
  const reason = evaluation.cancel?.data.reason;
  return { verdict: 'cancelled', reason: `cancelled ${when}${reason === undefined ? '' : `: ${reason}`}` };
}

function isCollected(evaluation: Evaluation, pod: Pod): boolean {
  return pod.logClosed !== undefined && (evaluation.submitted?.data.spec.report === 'none' || pod.report !== undefined);
}

/** Behind a known hole nothing more is owed and no finding is raised; still the wait for it must end some time. */
function isOverdueBehindHole(
  evaluation: Evaluation,
  stages: readonly StageState[],
  now: number,
  deadlines: Deadlines,
): boolean {
  const overdue = (stage: StageState): boolean =>
    stage.deadline !== undefined && now >= stage.deadline + (stageContract(stage.stage, deadlines).graceMs ?? 0);
  return hasOpenFinding(evaluation) && stages.some(overdue);
}

function judgeRun(evaluation: Evaluation, pod: Pod, stages: readonly StageState[]): Judgement {
  const ended = pod.ended?.data;
  if (ended?.reason === 'Stopped' && evaluation.cancel !== undefined) return cancelled(evaluation, 'while it ran');
  const run = stages.find((stage) => stage.stage === 'container.run')?.broken;
  if (run?.cause === 'timeout')
    return {
      verdict: 'timed_out',
      reason: `stopped at its time limit of ${evaluation.submitted?.data.spec.timeout ?? '10m'}`,
    };
  if (run !== undefined) return { verdict: 'error', reason: run.reason };
  const unproven = stages.find((stage) => stage.broken !== undefined)?.broken;
  if (unproven !== undefined) return { verdict: 'incomplete', reason: withTests(unproven.reason, evaluation, pod) };
  if (ended?.exitCode === undefined && ended?.signal === undefined)
    return { verdict: 'incomplete', reason: 'nobody saw how the program exited' };
  return judgeExit(evaluation, pod);
}

/** Exit code and report must agree; the log is proven when this is asked. */
function judgeExit(evaluation: Evaluation, pod: Pod): Judgement {
  const { exitCode, signal } = pod.ended?.data ?? {};
  const report = pod.report?.data.report;
  const bad = report === undefined ? 0 : report.failed + report.errored;
  const tests = testsOf(evaluation, pod);
  const exit = signal === undefined ? `exit code ${exitCode}` : `ended by ${signal}`;
  if (exitCode === 0) {
    if (bad > 0) return { verdict: 'incomplete', reason: `exit code 0, but the report has ${bad} failures (${tests})` };
    return {
      verdict: 'passed',
      reason: tests === undefined ? 'exit code 0, log sealed' : `${tests}, exit code 0, log sealed`,
    };
  }
  if (report !== undefined && bad === 0 && signal === undefined) {
    return { verdict: 'incomplete', reason: `${exit}, but no test failed (${tests})` };
  }
  return { verdict: 'failed', reason: tests === undefined ? exit : `${tests}, ${exit}` };
}

function withTests(reason: string, evaluation: Evaluation, pod: Pod): string {
  const tests = testsOf(evaluation, pod);
  return tests === undefined || reason.includes(tests) ? reason : `${tests}; ${reason}`;
}

/** The test results as people read them (`25 of 25`); undefined when no test tool was recognised. */
export function testsOf(evaluation: Evaluation, pod: Pod | undefined): string | undefined {
  const report = pod?.report?.data.report;
  return report === undefined ? undefined : accountFor(report, evaluation.submitted?.data.spec.expect?.tests).statement;
}

function evidenceAt(evaluation: Evaluation, attempt: Attempt, pod: Pod | undefined, now: number): number {
  const holes = Object.values(evaluation.findings).map((finding) => finding.raised?.at ?? 0);
  const evidence = [
    pod?.report?.at,
    pod?.logClosed?.at,
    pod?.ended?.at,
    pod?.gone?.at,
    attempt.refused?.at,
    attempt.finished?.at,
    ...holes,
  ];
  const last = Math.max(...evidence.map((at) => at ?? 0));
  return last === 0 ? now : Math.min(last, now);
}

function citeEvidence(evaluation: Evaluation, pod: Pod | undefined): FactData<'settled'>['evidence'] {
  const ended = pod?.ended?.data;
  const statement = pod?.logClosed?.data.statement;
  const tests = testsOf(evaluation, pod);
  const absent: string[] = [];
  if (pod === undefined) absent.push('pod');
  if (ended?.exitCode === undefined && ended?.signal === undefined) absent.push('exit code');
  if (ended?.seal === undefined) absent.push('seal');
  if (statement === undefined) absent.push('log');
  return {
    ...(pod === undefined ? {} : { podUid: pod.uid }),
    ...optional('containerId', ended?.containerId ?? pod?.started?.data.containerId),
    ...optional('exitCode', ended?.exitCode),
    ...optional('signal', ended?.signal),
    ...optional('log', statement?.state),
    ...optional('logSha256', statement?.sha256),
    ...optional('tests', tests),
    absent,
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
