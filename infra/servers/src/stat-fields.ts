import { readFileSync } from 'node:fs';

/** What `/proc` says of a process or a thread in its `stat` file, from the third field on, its state; undefined when there is none. */
export function statFields(file: string): readonly string[] | undefined {
  try {
    const stat = readFileSync(file, 'utf8');
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
