import { formatDuration, type AloneView } from '@lacuna/contracts';
import { printable } from '../text/printable.ts';
import { someOf } from '../text/some-of.ts';

const WORDS: Readonly<Record<AloneView['verdict'], string>> = {
  'passes-alone': 'fails together, passes alone',
  'fails-the-same': 'fails the same alone',
  flaky: 'flaky: alone it does something else',
};
/** So many tests are named. */
const NAMED = 3;

/** What the repetitions by itself say, in one line: the answer, which tests differ, what was fought for, and who ran beside. */
export function describeAlone({ verdict, comparisons }: AloneView): string {
  const passed = comparisons.filter(({ outcome }) => outcome === 'passes-alone').length;
  const all = <T>(of: (one: AloneView['comparisons'][number]) => readonly T[]): T[] => [
    ...new Set(comparisons.flatMap(of)),
  ];
  const beside = comparisons[0]?.overlapped ?? [];
  const parts = [
    `${WORDS[verdict]} (${passed} of ${comparisons.length} passed)`,
    named(
      'failed only together: ',
      all(({ failed }) => failed.onlyTogether),
    ),
    named(
      'failed both times: ',
      all(({ failed }) => failed.both),
    ),
    named(
      'failed only alone: ',
      all(({ failed }) => failed.onlyAlone),
    ),
    named(
      'it lacked ',
      all(({ fought }) => fought),
    ),
    ...beside.map(
      ({ suite, ms, node }) =>
        `ran beside ${suite} for ${formatDuration(ms)}${node === undefined ? '' : ` on ${node}`}`,
    ),
  ];
  return printable(parts.filter((part) => part !== '').join('; '));
}

function named(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  return `${what}${someOf(names, NAMED)}`;
}
