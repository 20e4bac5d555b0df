import type { FactData } from '@lacuna/contracts';
import { aloneVerdict } from '@lacuna/lifecycle';
import type { Case } from '../case.ts';
import { hint, proof, suggestion, type Rule } from '../rule.ts';
import { someNames } from '../some-names.ts';

/** What became of suites that were repeated by themselves. */
export const ALONE_RULES: readonly Rule[] = [
  {
    // Cause 4 of the seed's investigation, where an experiment decides it and not a word in a log.
    cause: 'interference',
    title: 'It fails only together with other suites',
    for: [
      proof((known) => isSaid(known, 'passes-alone') && `run by itself, it passed ${passed(known)}`),
      suggestion((known) => isSaid(known, 'passes-alone') && lacked(known)),
      hint((known) => isSaid(known, 'passes-alone') && beside(known)),
    ],
    against: [
      hint(
        (known) =>
          comparisonsOf(known).length === 1 &&
          'one repetition that passes is weak evidence: it may be flaky all the same',
      ),
    ],
    advice:
      'The suites disturb each other. Give each its own ports, files, databases and accounts, or run them one after the other; repeat with --alone 3 to be surer.',
  },
  {
    cause: 'flaky',
    title: 'Its result changes from run to run',
    for: [proof((known) => isSaid(known, 'flaky') && `run by itself, its result changed: ${passed(known)}`)],
    advice:
      'Other suites are not the reason, or not the only one: look at the tests that differ between the repetitions for order, time, randomness and left-over state.',
  },
];

function comparisonsOf({ evaluation }: Case): FactData<'compared-alone'>[] {
  return Object.values(evaluation.comparisons ?? {}).map(({ data }) => data);
}

function isSaid({ evaluation }: Case, verdict: ReturnType<typeof aloneVerdict>): boolean {
  return aloneVerdict(Object.values(evaluation.comparisons ?? {})) === verdict;
}

function passed(known: Case): string {
  const all = comparisonsOf(known);
  return `${all.filter(({ outcome }) => outcome === 'passes-alone').length} of ${all.length} times`;
}

function lacked(known: Case): string | undefined {
  const fought = [...new Set(comparisonsOf(known).flatMap((one) => one.fought))];
  return fought.length === 0 ? undefined : `together with the others, it lacked ${someNames(fought)}`;
}

function beside(known: Case): string | undefined {
  const suites = [...new Set(comparisonsOf(known).flatMap(({ overlapped }) => overlapped.map(({ suite }) => suite)))];
  return suites.length === 0 ? undefined : `it ran at the same time as ${someNames(suites)}`;
}
