import { counted } from './numbers.ts';

/** The first of some names, and how many others there are: `a, b and 3 others`. */
export function someOf(names: readonly string[], most: number): string {
  const more = names.length > most ? ` and ${counted(names.length - most, 'other')}` : '';
  return `${names.slice(0, most).join(', ')}${more}`;
}
