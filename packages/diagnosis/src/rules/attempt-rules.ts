import { proof, suggestion, type Rule } from '../rule.ts';

/** What became of it as a whole: cancelled, or tried again. */
export const ATTEMPT_RULES: readonly Rule[] = [
  {
    cause: 'cancelled',
    title: 'Somebody cancelled it',
    for: [proof(({ evaluation: { settled } }) => settled?.data.verdict === 'cancelled' && settled.data.reason)],
    advice: 'Nothing is wrong; submit it again if its result is wanted after all.',
  },
  {
    cause: 'retried',
    title: 'An earlier attempt failed',
    for: [
      suggestion(({ evaluation }) =>
        Object.values(evaluation.attempts)
          .flatMap(({ number, retry }) => (retry === undefined ? [] : [`attempt ${number}: ${retry.data.reason}`]))
          .join('; '),
      ),
    ],
    advice: '`retries` allowed another one for that cause. `lacuna status` shows each attempt.',
  },
];
