import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EvaluationSpec, Verdict } from '@lacuna/contracts';

/** One evaluation of the demo, and what must become of it. The demo checks every word of this itself. */
export interface Act {
  readonly key: string;
  readonly spec: EvaluationSpec;
  readonly verdict: Verdict;
  /** What the evidence must say. */
  readonly tests?: string;
  readonly reason?: RegExp;
  /** `stage cause` of the broken span and of the one alert; absent = nothing may be broken and nobody may be alerted. */
  readonly broken?: string;
}

const DEMO = fileURLToPath(new URL('../../demo', import.meta.url));
const suite = (name: string): string => join(DEMO, `${name}.suite.mjs`);
const vitest = join(dirname(fileURLToPath(import.meta.resolve('vitest/package.json'))), 'vitest.mjs');

/** At this byte the embedded cluster stops keeping the log of the suite that passes: in the middle of the report of test 18. */
const CUT_AT = 48_213;

/** The seed's story: two suites in parallel that pass, and every way in which such a story goes wrong. */
export const CAST: readonly Act[] = [
  {
    key: 'e2e',
    spec: { name: 'e2e', command: [process.execPath, '--test-reporter=spec', suite('e2e')], expect: { tests: 25 } },
    verdict: 'passed',
    tests: '25 of 25',
  },
  {
    key: 'integration',
    spec: {
      name: 'integration',
      command: [
        process.execPath,
        vitest,
        'run',
        '--reporter=verbose',
        '--config=vitest.demo.config.mjs',
        'integration.suite.mjs',
      ],
      workdir: DEMO,
      expect: { tests: 25 },
    },
    verdict: 'passed',
    tests: '25 of 25',
  },
  {
    key: 'intended failures',
    spec: {
      name: 'intended-failures',
      command: [process.execPath, '--test-reporter=spec', suite('intended-failures')],
    },
    verdict: 'failed',
    reason: /exit code 1/,
  },
  {
    key: 'uncaught exception',
    spec: { name: 'uncaught-exception', command: [process.execPath, '-e', "throw new Error('division by zero')"] },
    verdict: 'failed',
    reason: /exit code 1/,
  },
  {
    key: 'no pod',
    spec: { name: 'no-pod', command: ['true'], labels: { 'lacuna.fault': 'no-pod' } },
    verdict: 'error',
    reason: /pod\.create missing: FailedCreate: .*exceeded quota/,
    broken: 'pod.create missing',
  },
  {
    key: 'cut log',
    spec: {
      name: 'cut-log',
      command: [process.execPath, '--test-reporter=tap', suite('talkative')],
      labels: { 'lacuna.fault': `cut-log:${CUT_AT}` },
      expect: { tests: 25 },
    },
    verdict: 'incomplete',
    tests: '17 of 25',
    reason: /log cut after byte 48 213/,
    broken: 'log.capture truncated',
  },
  {
    key: 'killed',
    spec: { name: 'killed', command: ['sh', '-c', 'echo "my pid is $$"; exec sleep 300'] },
    verdict: 'error',
    reason: /SIGKILL/,
    broken: 'container.run killed',
  },
];

/** Times of the span contract for a story of under a minute: a pod is owed within 3 s, and given up 3 s later. */
export const DEMO_DEADLINES = 'pod.create=3s+3s';
