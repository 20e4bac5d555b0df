import { formatDuration, type SharedTrait } from '@lacuna/contracts';
import type { Digest } from './digest.ts';

/** A trait of fewer broken evaluations is a coincidence. */
const FEWEST = 2;
/** A trait counts when at least half of the broken ones have it, and it is at least twice as frequent among them as among the others. */
const SHARE = 0.5;
const LIFT = 2;

/** What the broken ones have in common and the others mostly have not; the most telling first. */
export function sharedTraits(digests: readonly Digest[]): SharedTrait[] {
  const broken = digests.filter(({ condition }) => condition === 'broken');
  if (broken.length < FEWEST) return [];
  const others = digests.filter(({ condition }) => condition !== 'broken');
  const counted = traitCounts(broken, others).filter(
    (trait) =>
      trait.broken >= FEWEST &&
      trait.broken / broken.length >= SHARE &&
      trait.broken / broken.length >= LIFT * (trait.others / Math.max(1, others.length)),
  );
  const shared = counted.map((trait) => stated(trait, broken.length, others.length));
  const window = sharedWindow(broken, others);
  if (window !== undefined) shared.push(window);
  const lift = ({ broken: mine, others: theirs }: SharedTrait): number =>
    mine / broken.length - theirs / Math.max(1, others.length);
  return shared.sort((a, b) => lift(b) - lift(a));
}

type Count = Omit<SharedTrait, 'statement'>;

function traitCounts(broken: readonly Digest[], others: readonly Digest[]): Count[] {
  const counts = new Map<string, { trait: string; value: string; broken: number; others: number }>();
  const count = (digest: Digest, side: 'broken' | 'others'): void => {
    for (const [trait, value] of traitsOf(digest)) {
      const key = `${trait}\n${value}`;
      const known = counts.get(key) ?? { trait, value, broken: 0, others: 0 };
      known[side]++;
      counts.set(key, known);
    }
  };
  for (const digest of broken) count(digest, 'broken');
  for (const digest of others) count(digest, 'others');
  return [...counts.values()];
}

function traitsOf({ name, image, node, hole, labels }: Digest): (readonly [trait: string, value: string])[] {
  const traits: (readonly [string, string | undefined])[] = [
    ['node', node],
    ['image', image],
    ['name', name],
    ['broken stage', hole],
    ...Object.entries(labels).map(([key, value]) => [`label ${key}`, value] as const),
  ];
  return traits.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
}

function stated(count: Count, allBroken: number, allOthers: number): SharedTrait {
  const { trait, value, broken, others } = count;
  return {
    ...count,
    statement: `${broken} of the ${allBroken} broken ones have ${trait} ${value}; ${others} of the ${allOthers} others do`,
  };
}

/** At most this part of the whole time may be a window that means something. */
const NARROW = 0.25;
/** The part of the broken ones that must lie in the window. */
const MOST = 0.8;

/** The shortest time in which most of the broken ones broke, when it is short against the whole and the others did not end in it too. */
function sharedWindow(broken: readonly Digest[], others: readonly Digest[]): SharedTrait | undefined {
  const times = broken.map(({ at }) => at).sort((a, b) => a - b);
  const wanted = Math.ceil(times.length * MOST);
  const all = [...times, ...others.map(({ at }) => at)];
  const whole = Math.max(...all) - Math.min(...all);
  if (times.length <= FEWEST || whole <= 0) return undefined;
  let from = 0;
  let to = Infinity;
  for (let first = 0; first + wanted <= times.length; first++) {
    const begin = times[first] ?? 0;
    const end = times[first + wanted - 1] ?? Infinity;
    if (end - begin < to - from) [from, to] = [begin, end];
  }
  const inside = (digests: readonly Digest[]): number => digests.filter(({ at }) => at >= from && at <= to).length;
  const count = { trait: 'window', value: windowText(from, to), broken: inside(broken), others: inside(others) };
  if (to - from > NARROW * whole || count.broken / broken.length < LIFT * (count.others / Math.max(1, others.length)))
    return undefined;
  return {
    ...count,
    statement: `${count.broken} of the ${broken.length} broken ones broke within ${formatDuration(to - from)} (${count.value}); ${count.others} of the ${others.length} others ended then`,
  };
}

function windowText(from: number, to: number): string {
  return `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
}
