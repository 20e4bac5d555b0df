import type { Case } from './case.ts';

/** The first warning of the cluster that a pattern fits, as `reason: message`. */
export function warningLike({ attempt }: Case, pattern: RegExp): string | undefined {
  return firstLike(Object.values(attempt.warnings), pattern);
}

/** The first reason of a waiting container that a pattern fits, as `reason: message`. */
export function waitingLike({ pod }: Case, pattern: RegExp): string | undefined {
  return firstLike(Object.values(pod?.waiting ?? {}), pattern);
}

interface Said {
  readonly data: { readonly reason: string; readonly message: string };
}

function firstLike(all: readonly Said[], pattern: RegExp): string | undefined {
  return all.map(({ data }) => `${data.reason}: ${data.message}`).find((text) => pattern.test(text));
}
