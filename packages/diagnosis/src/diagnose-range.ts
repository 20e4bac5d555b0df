import type { CauseCount, RangeDiagnosisView } from '@lacuna/contracts';
import type { Digest } from './digest.ts';
import { sharedTraits } from './shared-traits.ts';

const EXAMPLES = 5;

/** What is wrong with many evaluations at once, and what the broken ones have in common. `unexamined`: open ones that were left out. */
export function diagnoseRange(digests: readonly Digest[], unexamined = 0): RangeDiagnosisView {
  const broken = digests.filter(({ condition }) => condition === 'broken');
  const open = digests.filter(({ condition }) => condition === 'waiting' || condition === 'running');
  const causes = countCauses(digests.filter(({ condition }) => condition !== 'sound'));
  const shared = sharedTraits(digests);
  return {
    examined: digests.length,
    broken: broken.length,
    open: open.length,
    unexamined,
    headline: headline(digests.length, broken.length, causes[0], shared[0]?.statement),
    causes,
    shared,
  };
}

function countCauses(digests: readonly Digest[]): CauseCount[] {
  const byCause = new Map<string, { readonly first: NonNullable<Digest['cause']>; readonly of: Digest[] }>();
  for (const digest of digests) {
    if (digest.cause === undefined) continue;
    const known = byCause.get(digest.cause.cause);
    if (known === undefined) byCause.set(digest.cause.cause, { first: digest.cause, of: [digest] });
    else known.of.push(digest);
  }
  const counts = [...byCause.values()].map(({ first, of }) => ({
    ...first,
    evaluations: of.length,
    examples: of
      .sort((a, b) => b.at - a.at)
      .slice(0, EXAMPLES)
      .map(({ id }) => id),
  }));
  return counts.sort((a, b) => b.evaluations - a.evaluations);
}

function headline(examined: number, broken: number, cause: CauseCount | undefined, shared: string | undefined): string {
  if (examined === 0) return 'no evaluations in this range';
  const count = broken === 0 ? `none of ${examined} is broken` : `${broken} of ${examined} are broken`;
  const why = cause === undefined ? '' : `; most often (${cause.evaluations}): ${cause.title}`;
  return `${count}${why}${shared === undefined ? '' : `; ${shared}`}`;
}
