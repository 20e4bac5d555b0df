import type { CommanderError } from 'commander';
import { USAGE_EXIT_CODE } from './usage-error.ts';

/** Prints what is wrong with the command line, with the nearest known word; returns the exit code. Help and version are no mistakes. */
export function reportUsage(error: CommanderError, { json }: { readonly json: boolean }): number {
  if (error.exitCode === 0) return 0;
  if (error.code === 'commander.help') return USAGE_EXIT_CODE;
  const detail = error.message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.+)\?\)$/, '; did you mean $1?')
    .replace(/\n/g, ' ')
    .replace(/^unknown command '[^']*'$/, '$&; lacuna --help lists all');
  process.stderr.write(json ? `${JSON.stringify(usageProblem(detail))}\n` : `lacuna: ${detail}\n`);
  return USAGE_EXIT_CODE;
}

function usageProblem(detail: string): object {
  const title = 'The command line is not understood.';
  return { type: 'https://lacuna.dev/problems/usage', title, code: 'usage', detail };
}
