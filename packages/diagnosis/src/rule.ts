import type { Case } from './case.ts';

/** A fact in words, when the case has it. */
type Says = (known: Case) => string | false | undefined;

/** One piece of evidence: how much it weighs, and what it says when it is there. */
export interface Sign {
  readonly weight: number;
  readonly says: Says;
}

/** One cause, as data: what speaks for it, what against it, and what to do. */
export interface Rule {
  readonly cause: string;
  readonly title: string;
  readonly for: readonly Sign[];
  readonly against?: readonly Sign[];
  readonly advice: string;
}

/**
 * Weights. A cause is certain from one proof on, likely from one strong sign, possible from one hint; whatever speaks against it is
 * subtracted. The figures are only an order: a proof outweighs a suggestion and a hint together, a refutation outweighs any proof.
 */
const WEIGHT = { proof: 10, suggestion: 5, hint: 2, refutation: 14 } as const;

/** From which weight in all a cause has which confidence. */
export const CERTAIN_FROM = WEIGHT.proof;
export const LIKELY_FROM = WEIGHT.suggestion;
export const POSSIBLE_FROM = WEIGHT.hint;

/** With it the cause is certain. */
export const proof = (says: Says): Sign => ({ weight: WEIGHT.proof, says });
/** With it the cause is likely. */
export const suggestion = (says: Says): Sign => ({ weight: WEIGHT.suggestion, says });
/** With it the cause is possible. */
export const hint = (says: Says): Sign => ({ weight: WEIGHT.hint, says });
/** For `against` only: with it the cause cannot be. */
export const refutation = (says: Says): Sign => ({ weight: WEIGHT.refutation, says });
