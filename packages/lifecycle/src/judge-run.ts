import { timeoutOf, type Verdict } from '@lacuna/contracts';
import { accountFor } from '@lacuna/evidence';
import type { Evaluation, Pod } from './evaluation.ts';
import { describeExit } from './report-break.ts';
import type { StageState } from './stages.ts';

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: string;
}

/** A cancelled evaluation, and when that was. */
export function cancelled(evaluation: Evaluation, when: string): Judgement {
  const reason = evaluation.cancel?.data.reason;
  return { verdict: 'cancelled', reason: `cancelled ${when}${reason === undefined ? '' : `: ${reason}`}` };
}

/**
 * The verdict on a program that ran and whose evidence is collected: cancelled, timed out, broken by the platform, unproven, and only
 * then its own exit code, with which log and report must agree.
 */
export function judgeRun(evaluation: Evaluation, pod: Pod, stages: readonly StageState[]): Judgement {
  const ended = pod.ended?.data;
  if (ended?.reason === 'Stopped' && evaluation.cancel !== undefined) return cancelled(evaluation, 'while it ran');
  const run = stages.find((stage) => stage.stage === 'container.run')?.broken;
  if (run?.cause === 'timeout')
    return {
      verdict: 'timed_out',
      reason: withTests(`stopped at its time limit of ${timeoutOf(evaluation.submitted?.data.spec)}`, evaluation, pod),
    };
  if (run !== undefined) return { verdict: 'error', reason: run.reason };
  const unproven = stages.find((stage) => stage.broken !== undefined)?.broken;
  if (unproven !== undefined) return { verdict: 'incomplete', reason: withTests(unproven.reason, evaluation, pod) };
  if (ended?.exitCode === undefined && ended?.signal === undefined)
    return { verdict: 'incomplete', reason: 'nobody saw how the program exited' };
  return judgeExit(evaluation, pod);
}

/** What the program itself says; log and report are proven, and agree with the exit code, when this is asked. */
function judgeExit(evaluation: Evaluation, pod: Pod): Judgement {
  const tests = testsOf(evaluation, pod);
  const exit = describeExit(pod.ended?.data, pod.report?.data.report?.format);
  const said = tests === undefined ? exit : `${tests}, ${exit}`;
  return pod.ended?.data.exitCode === 0
    ? { verdict: 'passed', reason: `${said}, log sealed` }
    : { verdict: 'failed', reason: said };
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
