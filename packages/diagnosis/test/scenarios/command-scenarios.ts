import { diagnosisOf, logOf } from '../given.ts';
import type { Scenario } from './scenario.ts';
import { failed } from './situations.ts';

/** One for each cause of `rules/command-rules.ts`. */
export const COMMAND_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'command-missing': {
    ranksFirst: () => diagnosisOf(failed(127), { log: logOf('building', 'sh: 1: pytest: not found') }),
    // A program that says so of something else, and ends as it likes.
    nearMiss: () => diagnosisOf(failed(1), { log: logOf('GET /page: not found') }),
  },
};
