const SHOWN = 3;

/** Some of the names, and how many more there are. */
export function someNames(names: readonly string[], all: number = names.length): string {
  const shown = names.slice(0, SHOWN);
  return all > shown.length ? `${shown.join(', ')} and ${all - shown.length} more` : shown.join(', ');
}
