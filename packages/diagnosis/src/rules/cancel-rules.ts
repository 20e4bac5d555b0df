import { proof, type Rule } from '../rule.ts';

/** What is nobody's fault. */
export const CANCEL_RULES: readonly Rule[] = [
  {
    cause: 'cancelled',
    title: 'Somebody cancelled it',
    for: [proof(({ evaluation: { settled } }) => settled?.data.verdict === 'cancelled' && settled.data.reason)],
    advice: 'Nothing is wrong; submit it again if its result is wanted after all.',
  },
];
