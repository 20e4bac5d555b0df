import { InvalidArgumentError } from 'commander';

/** Collects repeated `KEY=VALUE` options; the value may hold more `=`. */
export function addPair(text: string, pairs: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give it as KEY=VALUE.');
  return { ...pairs, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Reads a whole number that is not below the least. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(
        Number.isFinite(least) ? `Give a whole number of at least ${least}.` : 'Give a whole number.',
      );
    return value;
  };
}
