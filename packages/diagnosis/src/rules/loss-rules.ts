import type { LogCause } from '@lacuna/contracts';
import type { Case } from '../case.ts';
import { hint, proof, refutation, type Rule } from '../rule.ts';

/** Ways to lose a part of a log, by the causes that its statement names; each is mended elsewhere. */
interface Loss {
  readonly cause: string;
  readonly title: string;
  readonly logCauses: readonly LogCause[];
  readonly advice: string;
}

const LOSSES: readonly Loss[] = [
  {
    // Cause 2 of the seed's investigation: the output stops abruptly, no summary line, and the run is called failed.
    cause: 'log-cut',
    title: 'The end of the log is lost',
    logCauses: ['dropped-by-runtime'],
    advice:
      'The program did write the rest: its seal counted it. Do not read this run as failed; run it again. On a busy node the runtime drops what it has not drained when a container ends: the sealing helper prevents it, and `lossless: true` keeps the bytes.',
  },
  {
    cause: 'log-rotated',
    title: 'A part of the log was rotated away before it was read',
    logCauses: ['rotation', 'rotated', 'unseen', 'opened-late'],
    advice:
      'Let log-collect run without pauses, print less, or raise containerLogMaxSize and containerLogMaxFiles of the kubelet: the API gives the current file only. `lossless: true` keeps the newest bytes beside the log.',
  },
  {
    cause: 'log-unread',
    title: 'The log could not be read to its end',
    logCauses: ['dropped-by-reader', 'source-failed', 'source-gone'],
    advice:
      'The source broke off: look at the kubelet of the node and at the log of log-collect, and for what deletes pods before their logs are closed. A pod that is still there has it still.',
  },
  {
    cause: 'log-budget',
    title: 'The log is longer than its budget',
    logCauses: ['policy'],
    advice:
      'What exceeds the budget was left out on purpose, and counted. Print less, or raise `logBudget` in the spec (LACUNA_LOG_BUDGET for all).',
  },
];

/** What is lost of a log, and by whom. */
export const LOSS_RULES: readonly Rule[] = LOSSES.map(({ cause, title, logCauses, advice }) => ({
  cause,
  title,
  advice,
  for: [
    proof((known) => lostBy(known, logCauses) && known.statement?.reason),
    hint((known) => lostBy(known, logCauses) && tried(known)),
    hint((known) => lostBy(known, logCauses) && known.unaccounted),
  ],
  against: [refutation(({ statement }) => statement?.state === 'sealed' && 'the log is sealed: not a byte is lost')],
}));

/** Whether bytes are lost, and by one of these causes; a loss of which nobody names the cause is the runtime's, which says nothing. */
function lostBy({ statement }: Case, logCauses: readonly LogCause[]): boolean {
  if (statement === undefined || (statement.state !== 'truncated' && statement.gaps === undefined)) return false;
  const causes = [statement.cause, ...(statement.gaps ?? []).map((gap) => gap.cause)].filter(
    (cause) => cause !== undefined,
  );
  if (causes.length === 0) return logCauses.includes('dropped-by-runtime');
  return causes.some((cause) => logCauses.includes(cause));
}

function tried({ statement }: Case): string | undefined {
  const steps = statement?.tried ?? [];
  return steps.length === 0 ? undefined : `tried: ${steps.join('; ')}`;
}
