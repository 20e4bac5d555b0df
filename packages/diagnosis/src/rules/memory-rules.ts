import type { Case } from '../case.ts';
import { hint, proof, refutation, suggestion, type Rule } from '../rule.ts';
import { hasSigkillExit } from '../sigkill-exit.ts';
import { brokenBy } from '../stage-clues.ts';

/** Whether the kernel ended it for want of memory. */
export const MEMORY_RULES: readonly Rule[] = [
  {
    cause: 'oom',
    title: 'The kernel killed it: out of memory',
    for: [
      proof((known) => brokenBy(known, 'container.run') === 'oom-killed' && `the cluster says OOMKilled${exit(known)}`),
      suggestion(
        (known) =>
          hasSigkillExit(known) &&
          memoryLimit(known) &&
          `exit code 137 (SIGKILL) under a memory limit of ${memoryLimit(known)}`,
      ),
      hint(
        (known) =>
          brokenBy(known, 'container.run') === 'oom-killed' &&
          memoryLimit(known) &&
          `its limit was ${memoryLimit(known)}`,
      ),
    ],
    against: [
      hint((known) => brokenBy(known, 'container.run') !== 'oom-killed' && 'the cluster does not call it OOMKilled'),
      refutation(
        (known) =>
          known.end?.exitCode === 0 && brokenBy(known, 'container.run') === undefined && 'it ended with exit code 0',
      ),
    ],
    advice:
      'Raise resources.memory, or make the suite smaller: a child that is killed can leave the shell with exit code 0, which is no success.',
  },
];

function exit(known: Case): string {
  const { exitCode } = known.end ?? {};
  return exitCode === 0 ? ', although the exit code is 0: a child was killed' : '';
}

function memoryLimit({ evaluation }: Case): string | undefined {
  return evaluation.submitted?.data.spec.resources?.memory;
}
