import { formatDuration } from '@lacuna/contracts';
import type { Case } from '../case.ts';
import { hint, proof, refutation, suggestion, type Rule } from '../rule.ts';
import { behind, silentFor } from '../service-clues.ts';
import { isStuckIn, waitedIn } from '../stage-clues.ts';

/** Dispatch says by itself why an evaluation waits this long (`delayNotice`, 5 s by default); later silence means something. Milliseconds. */
const SAYS_WHY_AFTER_MS = 6_000;
/** A queue that moves takes an evaluation within a moment; a shorter wait means nothing. Milliseconds. */
const NOTICED_MS = 1_000;
/** A dispatcher heard of this lately is at work. Milliseconds. */
const LATELY_MS = 3_000;

/** Why an evaluation waits for a slot. */
export const QUEUE_RULES: readonly Rule[] = [
  {
    // Cause 1 of the seed's investigation: the evaluation exists in the API, but nobody creates a Job.
    cause: 'dispatch-stalled',
    title: 'The dispatcher is not processing the queue',
    for: [
      suggestion(
        (known) =>
          inQueue(known) && untold(known) && `it has waited ${waited(known)} for a slot, and dispatch has not said why`,
      ),
      suggestion((known) => isHeldUp(known) && behind(known, 'dispatch')),
      hint((known) => isHeldUp(known) && (known.queue?.waiting ?? 0) > 0 && silentFor(known, 'dispatch', LATELY_MS)),
      hint((known) => isHeldUp(known) && depth(known)),
      suggestion(
        ({ stages }) =>
          stages.queue.outcome === 'missing' &&
          `no slot within its time: ${stages.queue.missing?.raised?.data.reason ?? 'queue missing'}`,
      ),
    ],
    against: [
      refutation((known) => saidFull(known) && `dispatch itself says: ${saidFull(known)}`),
      suggestion((known) => heardLately(known) && `dispatch was heard of ${heardLately(known)} ago`),
    ],
    advice:
      'Check whether dispatch runs, whether it is ready (/readyz), and what it logged last; then restart it. Nothing is lost: the queue is rebuilt from the stream.',
  },
  {
    cause: 'waiting-for-capacity',
    title: 'All slots are in use',
    for: [
      proof((known) => inQueue(known) && saidFull(known) && `dispatch says: ${saidFull(known)}`),
      hint(
        (known) =>
          inQueue(known) && (known.queue?.ahead ?? 0) > 0 && `${known.queue?.ahead} evaluations are ahead of it`,
      ),
      hint(
        (known) =>
          isHeldUp(known) && heardLately(known) && `dispatch is at work: it was heard of ${heardLately(known)} ago`,
      ),
      hint(
        ({ attempt: { job } }) =>
          (job?.data.delaysMs.capacity ?? 0) >= 1_000 &&
          `it waited ${formatDuration(job?.data.delaysMs.capacity ?? 0)} for a slot before its Job was created`,
      ),
    ],
    against: [suggestion((known) => inQueue(known) && behind(known, 'dispatch'))],
    advice:
      'Wait, or raise LACUNA_CAPACITY if the cluster has room; a higher `priority` goes first. `lacuna list --phase running` shows who holds the slots.',
  },
];

function inQueue(known: Case): boolean {
  return known.attempt.job === undefined && known.attempt.refused === undefined && isStuckIn(known, 'queue');
}

/** In the queue for longer than one that moves would leave it there. */
function isHeldUp(known: Case): boolean {
  return inQueue(known) && waitedIn(known, 'queue') >= NOTICED_MS;
}

function untold(known: Case): boolean {
  return Object.keys(known.attempt.delays).length === 0 && waitedIn(known, 'queue') >= SAYS_WHY_AFTER_MS;
}

function waited(known: Case): string {
  return formatDuration(waitedIn(known, 'queue'));
}

function saidFull({ attempt }: Case): string | undefined {
  return attempt.delays['capacity']?.data.detail;
}

function depth({ queue, now }: Case): string | false {
  if (queue === undefined || queue.waiting < 2 || queue.oldestSince === undefined) return false;
  return `${queue.waiting} evaluations wait, the oldest for ${formatDuration(now - queue.oldestSince)}`;
}

function heardLately({ heardAt, now }: Case): string | undefined {
  const at = heardAt?.dispatch;
  return at === undefined || now - at > LATELY_MS ? undefined : formatDuration(Math.max(0, now - at));
}
