import type { Command } from 'commander';
import { usageError } from './usage-error.ts';

/** Refuses options of the command line that would do nothing beside the others: who gives one expects something of it. */
export function refuseUnused(command: Command, unused: readonly string[], hint: string): void {
  const given = unused.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given === undefined) return;
  const flag = command.options.find((option) => option.attributeName() === given)?.long ?? given;
  throw usageError(`${flag} ${hint}`);
}
