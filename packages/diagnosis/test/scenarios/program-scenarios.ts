import { STORIES } from '@lacuna/lifecycle/testing';
import { diagnosisOf, logOf } from '../given.ts';
import type { Scenario } from './scenario.ts';
import { failed, overlap } from './situations.ts';

const TRACEBACK = [
  'Traceback (most recent call last):',
  '  File "/suite/run.py", line 3, in <module>',
  '    total = 1 / 0',
  'ZeroDivisionError: division by zero',
];
const refusing = (times: number) =>
  logOf(...Array.from({ length: times }, () => 'OperationalError: connect ECONNREFUSED 10.0.0.7:5432'));

/** One for each cause of `rules/program-rules.ts`. */
export const PROGRAM_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'tests-failed': {
    ranksFirst: () => diagnosisOf(STORIES.testsFailed(), { log: logOf('1 failed, 3 passed in 0.5s') }),
    nearMiss: () => diagnosisOf(failed(3), { log: logOf('bye') }),
  },
  'exit-by-design': {
    ranksFirst: () => diagnosisOf(failed(3), { log: logOf('checking', 'not good enough: leaving with 3') }),
    nearMiss: () => diagnosisOf(failed(1), { log: logOf('start', ...TRACEBACK) }),
  },
  'uncaught-exception': {
    ranksFirst: () => diagnosisOf(failed(1), { log: logOf('start', ...TRACEBACK) }),
    // A traceback in the middle, which the program printed and went on after.
    nearMiss: () =>
      diagnosisOf(failed(3), { log: logOf(...TRACEBACK, ...Array.from({ length: 20 }, (_, i) => `step ${i}`)) }),
  },
  crash: {
    ranksFirst: () => diagnosisOf(failed(139), { log: logOf('Segmentation fault (core dumped)') }),
    nearMiss: () => diagnosisOf(failed(1), { log: logOf('assertion failed') }),
  },
  'own-memory': {
    ranksFirst: () =>
      diagnosisOf(failed(1), {
        overlap,
        log: logOf('numpy.core._exceptions._ArrayMemoryError: Unable to allocate 8 GiB: MemoryError', 'bye'),
      }),
    nearMiss: () => diagnosisOf(STORIES.oom(), { log: logOf('MemoryError') }),
  },
  'api-sessions': {
    ranksFirst: () =>
      diagnosisOf(failed(1), {
        overlap,
        log: logOf(
          ...Array.from({ length: 12 }, () => 'urllib3: Connection reset by peer'),
          'sqlalchemy: QueuePool limit of size 5 overflow 10 reached',
        ),
      }),
    // The program met one refusal, coped with it, and passed.
    nearMiss: () => diagnosisOf(STORIES.passed(), { overlap, log: refusing(1) }),
  },
  'port-in-use': {
    ranksFirst: () =>
      diagnosisOf(failed(1), { overlap, log: logOf('Error: listen EADDRINUSE: address already in use') }),
    nearMiss: () => diagnosisOf(STORIES.passed(), { log: logOf('EADDRINUSE, taking another port') }),
  },
  'disk-full': {
    ranksFirst: () => diagnosisOf(failed(1), { log: logOf('write failed: No space left on device') }),
    nearMiss: () => diagnosisOf(failed(1), { log: logOf('wrote 3 files') }),
  },
  'file-limit': {
    ranksFirst: () => diagnosisOf(failed(1), { log: logOf('accept: Too many open files') }),
    nearMiss: () => diagnosisOf(failed(1), { log: logOf('opened 3 files') }),
  },
};
