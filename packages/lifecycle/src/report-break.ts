import { TEST_REPORT_FORMATS, type TestReport, type TestReportFormat } from '@lacuna/contracts';
import { accountFor, meaningOfExitCode } from '@lacuna/evidence';
import { containerRunEnd, type Break } from './break.ts';
import type { Evaluation, Pod } from './evaluation.ts';

type Ended = NonNullable<Pod['ended']>['data'];

/**
 * Why test results prove nothing: they do not add up, they contradict the exit code, or they are owed and not there. When the
 * program was stopped from outside, what its results lack follows from that and is no finding of its own.
 */
export function brokenReport(evaluation: Evaluation, pod: Pod): Break | undefined {
  if (pod.report === undefined) return undefined;
  const { report } = pod.report.data;
  const found =
    report === undefined ? absence(evaluation, pod) : (flaw(evaluation, pod, report) ?? contradiction(pod, report));
  return found && { ...found, platform: !wasStopped(evaluation, pod) };
}

type Found = Pick<Break, 'cause' | 'reason'>;

function flaw(evaluation: Evaluation, pod: Pod, report: TestReport): Found | undefined {
  const accounting = accountFor(report, evaluation.submitted?.data.spec.expect?.tests);
  return accounting.flaw && { cause: accounting.flaw, reason: `${accounting.statement}${meaning(pod, report.format)}` };
}

/** The exit code and the results are two witnesses of one run: a pass needs both, and so does a failure. */
function contradiction(pod: Pod, report: TestReport): Found | undefined {
  const { exitCode, signal } = pod.ended?.data ?? {};
  const bad = report.failed + report.errored;
  const { accounted, statement } = accountFor(report);
  if (exitCode === 0 && bad > 0)
    return {
      cause: 'exit-code-hides-failures',
      reason: `exit code 0, but the report has ${bad} failures (${statement})`,
    };
  if (exitCode === undefined || exitCode === 0 || signal !== undefined || bad > 0 || accounted === 0) return undefined;
  const exit = `${describeExit(pod.ended?.data, report.format)}, but no test failed (${statement})`;
  return { cause: 'exit-code-unexplained', reason: exit };
}

function absence(evaluation: Evaluation, pod: Pod): Found | undefined {
  const { report = 'auto', expect } = evaluation.submitted?.data.spec ?? {};
  const noFile = pod.report?.data.noFile;
  if (noFile !== undefined)
    return { cause: `report-${noFile.kind}`, reason: `${noFile.reason}, ${describeExit(pod.ended?.data)}` };
  if (report === 'auto' && expect?.tests === undefined) return undefined;
  const reason = 'the log holds no test results that could be recognised';
  const tool = TEST_REPORT_FORMATS.find((format) => format === report);
  return { cause: 'no-report', reason: `${reason}${tool === undefined ? '' : meaning(pod, tool)}` };
}

/** How a program ended, with what its test tool means by that: `exit code 5 (pytest: no tests were collected)`. */
export function describeExit(ended: Ended | undefined, tool?: TestReportFormat): string {
  if (ended?.signal !== undefined) return `ended by ${ended.signal}`;
  const said =
    tool === undefined || ended?.exitCode === undefined ? undefined : meaningOfExitCode(tool, ended.exitCode);
  return `exit code ${ended?.exitCode}${said === undefined ? '' : ` (${said})`}`;
}

function meaning(pod: Pod, tool: TestReportFormat): string {
  const { exitCode, signal } = pod.ended?.data ?? {};
  const isSpecial = exitCode !== undefined && meaningOfExitCode(tool, exitCode) !== undefined && signal === undefined;
  return isSpecial ? `, ${describeExit(pod.ended?.data, tool)}` : '';
}

function wasStopped(evaluation: Evaluation, pod: Pod): boolean {
  return pod.ended?.data.reason === 'Stopped' || containerRunEnd(evaluation, pod)?.broken !== undefined;
}
