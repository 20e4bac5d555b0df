import { defined, type EvaluationSpec } from '@lacuna/contracts';
import { InvalidArgumentError } from 'commander';
import { specOf, type SpecFlags } from '../spec-of.ts';

/** A suite of a run: a name for people, and what a shell is given to run. */
export interface Suite {
  readonly name: string;
  readonly command: string;
}

/** A run: its suites, and what holds for all of them. */
export interface RunPlan {
  readonly id: string;
  readonly suites: readonly Suite[];
  readonly flags: Omit<SpecFlags, 'name'>;
  /** How the test results of a suite are read, by its name, where it is not as all others. */
  readonly reports?: Readonly<Record<string, string>>;
}

/** Collects repeated `NAME=CMD…` options; the command may hold more `=`. */
export function addSuite(text: string, suites: readonly Suite[] = []): Suite[] {
  const [, name = '', command = ''] = /^([A-Za-z0-9][A-Za-z0-9 ._-]{0,63})=(.*)$/s.exec(text) ?? [];
  if (name === '' || command.trim() === '')
    throw new InvalidArgumentError('Give it as NAME=CMD, as in e2e="npm test".');
  if (suites.some((suite) => suite.name === name)) throw new InvalidArgumentError(`There is a suite ${name} already.`);
  return [...suites, { name, command }];
}

/** The evaluation of a suite, together with the others or, with a number from 1 on, by itself. */
export function specOfSuite(
  { id, suites, flags, reports }: RunPlan,
  { name, command }: Suite,
  alone?: number,
): EvaluationSpec {
  const run = { id, suite: name, suites: suites.map((suite) => suite.name), ...defined({ alone }) };
  const report = reports?.[name] ?? flags.report;
  const ofSuite = { ...flags, name, ...defined({ report }) };
  return { ...specOf({}, ofSuite, ['sh', '-c', command]), run };
}
