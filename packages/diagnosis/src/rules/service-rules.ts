import { formatDuration } from '@lacuna/contracts';
import type { Case } from '../case.ts';
import { hint, proof, suggestion, type Rule } from '../rule.ts';
import { behind, silentFor } from '../service-clues.ts';
import { isStuckIn, waitedIn } from '../stage-clues.ts';

/** What our services have to do takes them some hundred milliseconds: longer means something. Milliseconds. */
const STUCK_MS = 3_000;
/** Of k8s-watch, which speaks only when something happens in the cluster. Milliseconds. */
const SILENT_MS = 30_000;

/** Which of our own services does not do its part; dispatch has its rule with the queue. */
export const SERVICE_RULES: readonly Rule[] = [
  {
    cause: 'collect-stalled',
    title: 'log-collect is not working',
    for: [
      suggestion(
        (known) => endedFor(known) >= STUCK_MS && isStuckIn(known, 'log.capture') && behind(known, 'log-collect'),
      ),
      suggestion(
        (known) =>
          endedFor(known) >= STUCK_MS &&
          isStuckIn(known, 'log.capture') &&
          known.pod?.logOpened === undefined &&
          'nobody has begun to read its log',
      ),
      hint(
        (known) =>
          isStuckIn(known, 'log.capture') && endedFor(known) >= STUCK_MS && silentFor(known, 'log-collect', STUCK_MS),
      ),
    ],
    advice:
      'Check whether log-collect runs and what it logs, then restart it: it continues after the last stored byte. A log that its node still has is not lost.',
  },
  {
    cause: 'audit-stalled',
    title: 'trace-audit is not working',
    for: [
      suggestion(
        (known) =>
          unjudged(known) &&
          `all evidence has been there for ${formatDuration(waitedForVerdict(known))}, and there is no verdict`,
      ),
      suggestion((known) => (unjudged(known) || overdue(known) !== undefined) && behind(known, 'trace-audit')),
      suggestion((known) => overdue(known) && `${overdue(known)}, and nobody has raised it`),
      hint((known) => (unjudged(known) || overdue(known) !== undefined) && silentFor(known, 'trace-audit', STUCK_MS)),
    ],
    advice:
      'Check whether trace-audit runs and what it logs, then restart it: verdicts, spans and alerts follow from the facts, so they come late but not wrong.',
  },
  {
    cause: 'watch-stalled',
    title: 'k8s-watch does not report what happens in the cluster',
    for: [
      suggestion((known) => awaitsCluster(known) && silentFor(known, 'k8s-watch', SILENT_MS)),
      proof(
        ({ attempt, pod }) =>
          attempt.finished !== undefined &&
          pod === undefined &&
          attempt.finished.data.succeeded &&
          'its Job succeeded, but no pod was ever reported',
      ),
    ],
    against: [
      hint(({ attempt }) => Object.keys(attempt.warnings).length > 0 && 'it has reported warnings from the cluster'),
    ],
    advice:
      'Check whether k8s-watch runs, whether it may list and watch pods, Jobs and events, and what it logs. It lists everything again when it starts.',
  },
];

function endedFor({ pod, evaluation, now }: Case): number {
  return pod?.ended?.data.containerId === undefined ? 0 : (evaluation.settled?.at ?? now) - pod.ended.at;
}

function waitedForVerdict({ pod, now }: Case): number {
  return now - Math.max(pod?.logClosed?.at ?? now, pod?.report?.at ?? now);
}

function unjudged(known: Case): boolean {
  const { evaluation, pod } = known;
  return (
    evaluation.settled === undefined &&
    pod?.ended !== undefined &&
    pod.report !== undefined &&
    waitedForVerdict(known) >= STUCK_MS
  );
}

/** A stage whose time is over, without a finding. */
function overdue({ stages, now, evaluation }: Case): string | undefined {
  if (evaluation.settled !== undefined) return undefined;
  const late = Object.values(stages).find(
    ({ outcome, deadline }) => outcome === 'open' && now - (deadline ?? Infinity) >= STUCK_MS,
  );
  return late && `${late.stage} is overdue for ${formatDuration(now - (late.deadline ?? now))}`;
}

function awaitsCluster(known: Case): boolean {
  const stuck = (['pod.create', 'pod.schedule', 'container.start', 'container.run'] as const).find((stage) =>
    isStuckIn(known, stage),
  );
  return (
    stuck !== undefined &&
    waitedIn(known, stuck) >= SILENT_MS &&
    (stuck !== 'container.run' || known.stages[stuck].outcome === 'missing')
  );
}
