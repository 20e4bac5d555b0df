import { formatDuration } from '@lacuna/contracts';
import type { Case } from '../case.ts';
import { proof, suggestion, type Rule } from '../rule.ts';
import { behind } from '../service-clues.ts';
import { isStuckIn, waitedIn } from '../stage-clues.ts';

/** A log is closed within some hundred milliseconds of its end; later, the wait means something. */
const LATE_MS = 3_000;

/** What is wrong with the log of a program that ran. */
export const LOG_RULES: readonly Rule[] = [
  {
    cause: 'log-mismatch',
    title: 'The log is not the one that was written',
    for: [proof(({ statement }) => statement?.state === 'mismatch' && statement.reason)],
    advice:
      'Bytes were changed, doubled or mixed on their way. See what else writes to this log (a sidecar, a log driver), and `tried` in the statement.',
  },
  {
    cause: 'log-unproven',
    title: 'The log cannot be proven complete',
    for: [proof(({ statement }) => statement?.state === 'unsealed' && statement.reason)],
    against: [
      suggestion(
        ({ stages }) => stages['container.run'].broken !== undefined && 'the platform ended it, so no seal could come',
      ),
    ],
    advice:
      'Without a seal an exit code 0 proves little; the log may well be whole. `lossless: true` keeps a witness that outlives a container that is killed. If no evaluation has a seal, see `LACUNA_SEAL` of dispatch.',
  },
  {
    cause: 'no-log',
    title: 'There is no log',
    for: [
      proof(({ end, statement }) => statement?.state === 'none' && end?.containerId !== undefined && statement.reason),
    ],
    against: [suggestion(({ pod }) => pod?.gone !== undefined && 'its pod went before the log could be read')],
    advice:
      'The log was gone before it could be read: the pod was removed too early, or its node is away. Look for what deletes pods.',
  },
  {
    cause: 'log-late',
    title: 'The log does not end',
    for: [
      suggestion(
        (known) =>
          unclosed(known) &&
          waitedSinceEnd(known) >= LATE_MS &&
          `the container ended ${formatDuration(waitedSinceEnd(known))} ago, and its log is not closed`,
      ),
      suggestion(
        ({ stages }) =>
          stages['log.capture'].outcome === 'missing' && stages['log.capture'].missing?.raised?.data.reason,
      ),
    ],
    against: [suggestion((known) => behind(known, 'log-collect'))],
    advice:
      'The source of the log does not answer or never ends: see the kubelet of its node, and what log-collect says of this pod.',
  },
  {
    cause: 'log-store-full',
    title: 'The log store has no room',
    for: [proof((known) => unclosed(known) && known.pod?.logHeldUp?.data.why)],
    advice:
      'Give the NATS server more storage, or let less be kept: the capture waits, and nothing is lost while the source still has it.',
  },
  {
    cause: 'late-writers',
    title: 'A process it left behind was still writing when it had ended',
    for: [
      suggestion(
        (known) =>
          known.end?.seal?.lateWriters === true &&
          `its output was still held open${lateWriters(known)} when the wait for it was over; what came later is not in the log`,
      ),
      suggestion(
        ({ end, statement }) =>
          end?.seal?.lateWriters === true &&
          statement?.state === 'sealed' &&
          'the log is sealed up to there: the rest is nobody’s evidence',
      ),
    ],
    advice:
      'The command starts a process and does not wait for it (a daemon, `&` without `wait`): let it wait for its children, or give them an output of their own.',
  },
];

function lateWriters(known: Case): string {
  const names = known.end?.seal?.lateWriterNames ?? [];
  return names.length === 0 ? '' : ` by ${names.join(', ')}`;
}

function unclosed(known: Case): boolean {
  return known.end?.containerId !== undefined && isStuckIn(known, 'log.capture');
}

function waitedSinceEnd(known: Case): number {
  const { pod, evaluation, now } = known;
  if (pod?.ended === undefined) return 0;
  return Math.min(waitedIn(known, 'log.capture'), (evaluation.settled?.at ?? now) - pod.ended.at);
}
