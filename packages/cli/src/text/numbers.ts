const GROUPED = new Intl.NumberFormat('en-US');

/** A whole number with its thousands apart, as verdicts have them: `48 213`. */
export function grouped(value: number): string {
  return GROUPED.format(value).replaceAll(',', ' ');
}

/** A count with its noun: `1 line`, `812 lines`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
