import { renderTable } from '../render/table.ts';
import { drillIn, FAULTS } from './catalog.ts';
import type { Place } from './drill.ts';

interface ListedFault {
  readonly fault: string;
  readonly makes: Readonly<Record<string, string>>;
  readonly notOn: Readonly<Record<string, string>>;
}

const PLACES: readonly (readonly [Place, string])[] = [
  ['process', 'embedded'],
  ['kubernetes', 'kubernetes'],
  ['url', '--url'],
];

/** Every fault: what makes it where, and why not elsewhere. */
export const faultsByPlace = (): ListedFault[] => FAULTS.map(listed);

/** The same for people. */
export function faultTable(): string {
  const all = faultsByPlace();
  const rows = all.map(({ fault, makes }) => [
    fault,
    ...PLACES.map(([place]) => (makes[place] === undefined ? 'no' : 'yes')),
    [...new Set(Object.values(makes))].join('; or: '),
  ]);
  const reasons = all.flatMap(({ fault, notOn }) =>
    PLACES.flatMap(([place, name]) => (notOn[place] === undefined ? [] : [`${fault} not on ${name}: ${notOn[place]}`])),
  );
  const head = ['FAULT', ...PLACES.map(([, name]) => name.toUpperCase()), 'MAKES'];
  return [...renderTable([head, ...rows]), '', ...reasons].map((line) => line.trimEnd()).join('\n');
}

function listed(fault: string): ListedFault {
  const makes: Record<string, string> = {};
  const notOn: Record<string, string> = {};
  for (const [place] of PLACES) {
    const found = drillIn(place, fault);
    if ('why' in found) notOn[place] = found.why;
    else makes[place] = found.drill.makes;
  }
  return { fault, makes, notOn };
}
