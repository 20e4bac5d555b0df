/** First `major.minor.patch` in what a program prints about itself, or undefined. */
export const versionIn = (output: string): string | undefined => /\bv?(\d+\.\d+\.\d+)\b/.exec(output)?.[1];

/** True when `version` is `minimum` or later. Both are `major.minor.patch`. */
export function atLeast(version: string, minimum: string): boolean {
  const [a, b] = [version, minimum].map((text) => text.split('.').map(Number));
  for (let part = 0; part < 3; part++) {
    const difference = (a?.[part] ?? 0) - (b?.[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
