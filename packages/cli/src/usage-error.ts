import { CommanderError } from 'commander';

/** The command line is not understood; the exit code that shells and make know for it. */
export const USAGE_EXIT_CODE = 2;

/** A mistake in the command line that commander can't find by itself. */
export function usageError(message: string): CommanderError {
  return new CommanderError(USAGE_EXIT_CODE, 'lacuna.usage', message);
}
