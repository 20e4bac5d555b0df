import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { awaitLine } from './await-line.ts';
import type { Act, Scene, Venue } from './cast.ts';
import { SUITES, suiteFile } from './suites.ts';

const vitest = join(dirname(fileURLToPath(import.meta.resolve('vitest/package.json'))), 'vitest.mjs');

/** At this byte the embedded cluster stops keeping the log of the suite that passes: in the middle of the report of test 18. */
const CUT_AT = 48_213;

/** The seed's story: two suites in parallel that pass, and every way in which such a story goes wrong. */
const CAST: readonly Act[] = [
  {
    key: 'e2e',
    spec: { name: 'e2e', command: [process.execPath, '--test-reporter=spec', suiteFile('e2e')], expect: { tests: 25 } },
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
      workdir: SUITES,
      expect: { tests: 25 },
    },
    verdict: 'passed',
    tests: '25 of 25',
  },
  {
    key: 'intended failures',
    spec: {
      name: 'intended-failures',
      command: [process.execPath, '--test-reporter=spec', suiteFile('intended-failures')],
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
      command: [process.execPath, '--test-reporter=tap', suiteFile('talkative')],
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
    interfere: killFromOutside,
  },
];

/** The embedded cluster: local processes. A pod is owed within 3 s, and given up 3 s later, for a story of under a minute. */
export const EMBEDDED_VENUE: Venue = {
  cast: CAST,
  env: {
    LACUNA_CLUSTER: 'process',
    LACUNA_ALLOW_FAULTS: 'true',
    LACUNA_DEADLINES: 'pod.create=3s+3s',
    LACUNA_REREAD: '1500ms',
  },
};

/** A real SIGKILL: the pid is read from the evaluation's own live log. */
async function killFromOutside(scene: Scene): Promise<void> {
  const pid = (await awaitLine(scene, /my pid is (\d+)\n/))?.[1];
  if (pid === undefined) return;
  scene.say(`killed: kill -9 ${pid}`);
  process.kill(Number(pid), 'SIGKILL');
}
