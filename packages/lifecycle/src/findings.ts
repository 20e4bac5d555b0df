import { cutFor, defined, fact, type Deadlines, type Fact, type Stage } from '@lacuna/contracts';
import { DUPLICATE_START } from './break.ts';
import { attemptsOf, findingKey, latestAttempt, openFinding, type Attempt, type Evaluation } from './evaluation.ts';
import { join } from './join.ts';
import { stagesOf, type StageState } from './stages.ts';

/**
 * The findings that the facts and the clock call for and that are not raised or cleared yet. Running it twice is harmless.
 * While one hole is open nothing behind it is owed, so one broken evaluation raises one alert and not a cascade.
 */
export function dueFindings(evaluation: Evaluation, now: number, deadlines: Deadlines = {}): Fact[] {
  const cleared = attemptsOf(evaluation).flatMap((attempt) =>
    stagesOf(evaluation, attempt, deadlines)
      .flatMap((stage) => overtaken(stage, attempt.number, evaluation))
      .map(({ stage, cause }) => clear(evaluation, attempt.number, stage, { cause, now })),
  );
  // Together: what takes the place of a cleared finding must not be hidden by a verdict of the same moment.
  const informed = cleared.reduce((known, told) => join(known, { fact: told, storedAt: now }), evaluation);
  return [...cleared, ...dueRaises(informed, now, deadlines)];
}

function dueRaises(evaluation: Evaluation, now: number, deadlines: Deadlines): Fact[] {
  const duplicates = attemptsOf(evaluation).flatMap((attempt) =>
    untoldDuplicate(evaluation, attempt, { deadlines, now }),
  );
  if (duplicates.length > 0) return duplicates;
  const attempt = latestAttempt(evaluation);
  const stages = stagesOf(evaluation, attempt, deadlines);
  const raised = firstHole(stages, { evaluation, attempt, now });
  return raised === undefined
    ? []
    : [raise(evaluation, attempt.number, raised, { notOwed: notOwedBehind(raised, stages), now })];
}

/**
 * A second start by the cluster is told whatever else is broken, and behind a verdict too: work that was done twice must never be unseen
 * (invariant I2).
 */
function untoldDuplicate(
  evaluation: Evaluation,
  attempt: Attempt,
  { deadlines, now }: { readonly deadlines: Deadlines; readonly now: number },
): Fact[] {
  const stages = stagesOf(evaluation, attempt, deadlines);
  const twice = stages.find(({ broken }) => broken?.cause === DUPLICATE_START);
  if (twice === undefined) return [];
  return isTold(evaluation, attempt.number, twice)
    ? []
    : [raise(evaluation, attempt.number, twice, { notOwed: notOwedBehind(twice, stages), now })];
}

/**
 * The first hole that nobody was told of: one that was cleared, and is there again for the same cause, must not hide what is behind it for ever. Behind
 * a verdict or another hole only what takes the place of a cleared finding: an alert that is resolved by something worse must not be the last word.
 */
function firstHole(
  stages: readonly StageState[],
  { evaluation, attempt, now }: { readonly evaluation: Evaluation; readonly attempt: Attempt; readonly now: number },
): StageState | undefined {
  const isOver = evaluation.settled !== undefined || openFinding(evaluation, attempt) !== undefined;
  const isHole = ({ outcome, deadline, broken }: StageState): boolean =>
    (outcome === 'open' && deadline !== undefined && now >= deadline) || broken?.platform === true;
  const isOwed = (stage: StageState): boolean => !isOver || isToldOtherwise(evaluation, attempt.number, stage);
  return stages.find((stage) => isHole(stage) && !isTold(evaluation, attempt.number, stage) && isOwed(stage));
}

function isTold(evaluation: Evaluation, attempt: number, stage: StageState): boolean {
  return evaluation.findings[findingKey(attempt, stage.stage, causeOf(stage))]?.raised !== undefined;
}

/** Whether another finding was raised of the same stage; by now it is cleared. */
function isToldOtherwise({ findings }: Evaluation, attempt: number, { stage }: StageState): boolean {
  return Object.values(findings).some(({ raised }) => raised?.attempt === attempt && raised.data.stage === stage);
}

function causeOf({ broken }: StageState): string {
  return broken?.cause ?? 'missing';
}

/** Open findings that later truth has overtaken: what was missing is there, or what was broken ended otherwise after all (a node that came back). */
function overtaken(
  stage: StageState,
  attempt: number,
  evaluation: Evaluation,
): { readonly stage: StageState; readonly cause: string }[] {
  if (stage.end === undefined) return [];
  return Object.values(evaluation.findings).flatMap(({ raised, cleared }) => {
    if (raised === undefined || cleared !== undefined) return [];
    const { stage: of, cause } = raised.data;
    const isThis = of === stage.stage && raised.attempt === attempt;
    return isThis && cause !== stage.broken?.cause ? [{ stage, cause }] : [];
  });
}

/** Stages behind a hole that are not owed any more; the verdict always is. */
function notOwedBehind(hole: StageState, stages: readonly StageState[]): Stage[] {
  const behind = stages.slice(stages.indexOf(hole) + 1);
  return behind.filter(({ stage, end }) => end === undefined && stage !== 'verdict').map(({ stage }) => stage);
}

function raise(
  evaluation: Evaluation,
  attempt: number,
  hole: StageState,
  { notOwed, now }: { readonly notOwed: Stage[]; readonly now: number },
): Fact {
  return fact(
    'finding-raised',
    { evaluation: evaluation.id, attempt, at: now, known: 'inferred' },
    {
      stage: hole.stage,
      cause: causeOf(hole),
      reason: cutFor('message', hole.broken?.reason ?? hole.why ?? 'no reason known'),
      since: hole.begin ?? now,
      ...defined({ deadline: hole.deadline }),
      notOwed,
    },
  );
}

function clear(
  evaluation: Evaluation,
  attempt: number,
  stage: StageState,
  { cause, now }: { readonly cause: string; readonly now: number },
): Fact {
  const late = cause === 'missing' ? 'it came late' : 'it came to its own end after all';
  const evidence = stage.broken === undefined ? late : `${late}, and broken: ${stage.broken.reason}`;
  return fact(
    'finding-cleared',
    { evaluation: evaluation.id, attempt, at: now, known: 'inferred' },
    { stage: stage.stage, cause, evidence: cutFor('message', evidence) },
  );
}
