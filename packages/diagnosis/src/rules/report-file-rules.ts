import { proof, type Rule } from '../rule.ts';
import { ENDS_WITH_ERROR } from '../said-in-log.ts';
import { wordsOfBreak } from '../stage-clues.ts';

/** Why the report file that the evaluation names proves nothing. */
export const REPORT_FILE_RULES: readonly Rule[] = [
  {
    cause: 'report-missing',
    title: 'The report file is not where the evaluation says',
    for: [proof((known) => wordsOfBreak(known, 'report.read', 'report-missing'))],
    against: [ENDS_WITH_ERROR],
    advice:
      'Let the test tool write it there, anew in each run: a path in `report` that is not absolute begins at the working directory of the command. A tool that ended early wrote none: see the end of the log.',
  },
  {
    cause: 'report-unreadable',
    title: 'The report file cannot be read',
    for: [proof((known) => wordsOfBreak(known, 'report.read', 'report-unreadable'))],
    advice:
      'Look what the test tool writes there: `report` takes JUnit XML (junit:PATH) or CTRF JSON (ctrf:PATH), whole. A tool that was stopped while it wrote leaves half a file.',
  },
];
