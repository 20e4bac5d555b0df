import type { Command } from 'commander';

/** Gives a command its arguments, options, examples and action. */
type DescribeCommand = (command: Command) => void;

/** A command that is only loaded when it is the one that was asked for, so that `lacuna list` does not load the services. */
export interface LazyCommand {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<DescribeCommand>;
}
