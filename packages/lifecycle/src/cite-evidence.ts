import { defined, type FactData } from '@lacuna/contracts';
import type { Attempt, Evaluation, Pod } from './evaluation.ts';
import { testsOf } from './judge-run.ts';

/** When the last evidence came, or the last hole was found; now, when there is neither. */
export function evidenceAt(evaluation: Evaluation, attempt: Attempt, pod: Pod | undefined, now: number): number {
  const holes = Object.values(evaluation.findings).map((finding) => finding.raised?.at ?? 0);
  const evidence = [
    pod?.report?.at,
    pod?.logClosed?.at,
    pod?.ended?.at,
    pod?.gone?.at,
    attempt.refused?.at,
    attempt.finished?.at,
    ...holes,
  ];
  const last = Math.max(...evidence.map((at) => at ?? 0));
  return last === 0 ? now : Math.min(last, now);
}

/** What a verdict rests on, and what should be there and is not (invariant I5). */
export function citeEvidence(evaluation: Evaluation, pod: Pod | undefined): FactData<'settled'>['evidence'] {
  const ended = pod?.ended?.data;
  const statement = pod?.logClosed?.data.statement;
  const absent: string[] = [];
  if (pod === undefined) absent.push('pod');
  if (ended?.exitCode === undefined && ended?.signal === undefined) absent.push('exit code');
  if (ended?.seal === undefined) absent.push('seal');
  if (statement === undefined) absent.push('log');
  return defined({
    podUid: pod?.uid,
    containerId: ended?.containerId ?? pod?.started?.data.containerId,
    exitCode: ended?.exitCode,
    signal: ended?.signal,
    log: statement?.state,
    logSha256: statement?.sha256,
    tests: testsOf(evaluation, pod),
    absent,
  });
}
