import { defined, formatDuration, type CauseView, type Condition, type DiagnosisView } from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';
import { caseOf, type Case } from './case.ts';
import type { Surroundings } from './surroundings.ts';
import { CERTAIN_FROM, LIKELY_FROM, POSSIBLE_FROM, type Rule, type Sign } from './rule.ts';
import { RULES } from './rules/all-rules.ts';

interface Weighed {
  readonly weight: number;
  readonly says: string[];
}

/** Ranks what the facts allow as causes. It never guesses: a cause without a fact for it is not named. Undefined when it was never accepted. */
export function diagnose(evaluation: Evaluation, surroundings: Surroundings): DiagnosisView | undefined {
  const { submitted, settled } = evaluation;
  if (submitted === undefined) return undefined;
  const known = caseOf(evaluation, surroundings);
  const condition = conditionOf(known);
  const causes = RULES.flatMap((rule) => weigh(rule, known))
    .sort((a, b) => b.score - a.score)
    .map(({ view }) => view);
  return {
    id: evaluation.id,
    name: submitted.data.spec.name,
    phase: known.phase,
    ...defined({ verdict: settled?.data.verdict }),
    condition,
    headline: headline(known, condition, causes[0]),
    causes,
  };
}

function weigh(rule: Rule, known: Case): { readonly score: number; readonly view: CauseView }[] {
  const pro = gather(rule.for, known);
  if (pro.weight < POSSIBLE_FROM) return [];
  const contra = gather(rule.against ?? [], known);
  const score = pro.weight - contra.weight;
  if (score < POSSIBLE_FROM) return [];
  const { cause, title, advice } = rule;
  const confidence = score >= CERTAIN_FROM ? 'certain' : score >= LIKELY_FROM ? 'likely' : 'possible';
  return [{ score, view: { cause, title, confidence, for: pro.says, against: contra.says, advice } }];
}

function gather(signs: readonly Sign[], known: Case): Weighed {
  let weight = 0;
  const says: string[] = [];
  for (const sign of signs) {
    const text = sign.says(known);
    if (text === undefined || text === false || text === '') continue;
    weight += sign.weight;
    if (!says.includes(text)) says.push(text);
  }
  return { weight, says };
}

const WAITING = new Set(['queued', 'creating', 'provisioning', 'scheduling', 'starting']);

function conditionOf({ evaluation, hole, phase }: Case): Condition {
  if (evaluation.settled !== undefined) return evaluation.settled.data.verdict === 'passed' ? 'sound' : 'broken';
  if (hole !== undefined) return 'broken';
  return WAITING.has(phase) ? 'waiting' : 'running';
}

function headline({ evaluation, phase, now }: Case, condition: Condition, first: CauseView | undefined): string {
  const { settled, submitted } = evaluation;
  const state =
    settled === undefined
      ? `${phase} for ${formatDuration(Math.max(0, now - (submitted?.at ?? now)))}`
      : `${settled.data.verdict.replace('_', ' ')} (${settled.data.reason})`;
  if (first !== undefined) return `${state}: ${first.title}`;
  return condition === 'broken' ? `${state}: no rule knows why` : `${state}: nothing is known to be wrong`;
}
