import { ATTRIBUTES, type ContractSpan } from '@lacuna/contracts';

/**
 * Whether something of a span is a sentence of this version of Lacuna, which an older one has put, and a newer one may put, otherwise: on the span
 * of a stage that ended, why it broke and what its test results were. What happened stands there as codes too (`error.type`, the outcome, the name).
 * The words of a hole, a retry and a verdict are kept by their facts, and never change. `what` is an attribute, or `status message`.
 */
export function isWording({ attributes }: ContractSpan, what: string): boolean {
  const outcome = attributes[ATTRIBUTES.outcome];
  if (outcome === undefined || outcome === 'missing') return false;
  return what === 'status message' || what === ATTRIBUTES.tests;
}
