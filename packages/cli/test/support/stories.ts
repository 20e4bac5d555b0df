import type { EvaluationView } from '@lacuna/contracts';
import { sealedLog, stages, viewOf } from './views.ts';

const REACHED_JOB = { submit: { at: [0, 12] }, queue: { at: [12, 40] }, 'job.create': { at: [40, 165] } } as const;
const REACHED_RUN = {
  ...REACHED_JOB,
  'pod.create': { at: [165, 420] },
  'pod.schedule': { at: [420, 450] },
  'container.start': { at: [450, 1_650] },
} as const;
const POD = { podUids: ['0b9e6a1c'], job: 'lacuna-ev-7-1' };
const POD_EVIDENCE = { podUid: '0b9e6a1c', containerId: 'containerd://5c1' };
const QUOTA = 'FailedCreate: exceeded quota: pods, used: pods=10, limited: pods=10';

export function passed(): EvaluationView {
  return viewOf({
    verdict: 'passed',
    reason: '25 of 25, exit code 0, log sealed',
    settledAt: 12_400,
    tests: '25 of 25',
    stages: stages({
      ...REACHED_RUN,
      'container.run': { at: [1_650, 12_000] },
      'log.capture': { at: [1_650, 12_250] },
      'report.read': { at: [12_250, 12_300] },
      verdict: { at: [12_300, 12_400] },
    }),
    attempt: { ...POD, log: sealedLog(48_213) },
    evidence: { ...POD_EVIDENCE, exitCode: 0, log: 'sealed', tests: '25 of 25', absent: [] },
  });
}

/** The Job is there, its pod is not; it is still owed for 18 seconds when 12.165 have passed. */
export function podNotThereYet(): EvaluationView {
  return viewOf({
    phase: 'provisioning',
    stages: stages({
      ...REACHED_JOB,
      'pod.create': { outcome: 'open', at: [165], deadline: viewOf().submittedAt + 30_165, reason: QUOTA },
    }),
    attempt: { job: 'lacuna-ev-7-1' },
  });
}

export function podMissing(): EvaluationView {
  const reason = QUOTA;
  return viewOf({
    verdict: 'error',
    reason: `pod.create missing: ${reason}`,
    settledAt: 60_165,
    stages: stages({
      ...REACHED_JOB,
      'pod.create': { outcome: 'missing', at: [165, 30_165], reason },
      verdict: { at: [60_165, 60_165] },
    }),
    attempt: { job: 'lacuna-ev-7-1' },
    findings: [{ stage: 'pod.create', cause: 'missing', reason, raisedAt: viewOf().submittedAt + 30_170 }],
    evidence: { absent: ['pod', 'exit code', 'seal', 'log'] },
  });
}

export function cutLog(): EvaluationView {
  const reason = 'the log ends 1 787 bytes before its seal';
  const lost = { from: 48_213, to: 50_000 };
  const log = { ...sealedLog(48_213), state: 'truncated', sealedBytes: 50_000, lost, reason } as const;
  return viewOf({
    verdict: 'incomplete',
    reason: `17 of 25; ${reason}`,
    settledAt: 14_000,
    tests: '17 of 25',
    stages: stages({
      ...REACHED_RUN,
      'container.run': { at: [1_650, 12_000] },
      'log.capture': { outcome: 'failed', at: [1_650, 13_500], reason },
      'report.read': { outcome: 'failed', at: [13_500, 13_600], reason: '17 of 25: no closing summary' },
      verdict: { at: [13_600, 14_000] },
    }),
    attempt: {
      ...POD,
      log,
      report: {
        format: 'pytest',
        collected: 25,
        passed: 17,
        failed: 0,
        skipped: 0,
        errored: 0,
        inFlight: ['tests/test_api.py::test_retry'],
        failures: [],
        summary: 'missing',
      },
    },
    findings: [{ stage: 'log.capture', cause: 'truncated', reason, raisedAt: viewOf().submittedAt + 13_510 }],
    evidence: { ...POD_EVIDENCE, exitCode: 0, log: 'truncated', tests: '17 of 25', absent: [] },
  });
}

/** The pod was missing at its deadline and came 11 seconds later. */
export function latePod(): EvaluationView {
  const from = viewOf().submittedAt;
  return viewOf({
    verdict: 'passed',
    reason: 'exit code 0, log sealed',
    settledAt: 44_000,
    stages: stages({
      ...REACHED_JOB,
      'pod.create': { outcome: 'late', at: [165, 41_165] },
      'pod.schedule': { at: [41_165, 41_200] },
      'container.start': { at: [41_200, 42_000] },
      'container.run': { at: [42_000, 43_500] },
      'log.capture': { at: [42_000, 43_700] },
      'report.read': { at: [43_700, 43_800] },
      verdict: { at: [43_800, 44_000] },
    }),
    attempt: { ...POD, log: sealedLog(1_024) },
    findings: [
      { stage: 'pod.create', cause: 'missing', reason: QUOTA, raisedAt: from + 30_170, clearedAt: from + 41_200 },
    ],
    evidence: { ...POD_EVIDENCE, exitCode: 0, log: 'sealed', absent: [] },
  });
}
