import type { Case } from '../case.ts';
import { proof, suggestion, type Rule } from '../rule.ts';

/** By POSIX (Shell Command Language, 2.8.2) a shell ends so when it found no such command, or could not execute what it found. */
const SHELL_EXITS: Readonly<Record<number, string>> = {
  126: 'it found the command, and could not execute it',
  127: 'it found no such command',
};
/** As dash, bash, busybox and env say it: `sh: 1: pytest: not found`. */
const SHELL_SAYS = /: .*(?:not found|No such file or directory|Permission denied)\s*$/;

/** A command inside the command: the evaluation's own one is missing before anything starts. */
export const COMMAND_RULES: readonly Rule[] = [
  {
    cause: 'command-missing',
    title: 'A command that it calls was not found',
    for: [
      suggestion((known) => shellExit(known)),
      proof((known) => shellWords(known) && `the log ends with: ${shellWords(known)}`),
    ],
    advice:
      'Install it in the image or on the machine, or correct its name or PATH: the log names it. It is no result of a test.',
  },
];

/** The shell's own words at the end of the log, when it ended as a shell does that can't run a command. */
export function shellWords(known: Case): string | undefined {
  return shellExit(known) && known.log?.tail.findLast((line) => SHELL_SAYS.test(line))?.trim();
}

function shellExit(known: Case): string | undefined {
  const { exitCode = 0 } = known.end ?? {};
  const means = SHELL_EXITS[exitCode];
  return known.failedByItself && means !== undefined
    ? `exit code ${exitCode}, by which a shell says that ${means}`
    : undefined;
}
