import type { Case } from './case.ts';

/** That others ran meanwhile, in words; undefined when none did, or when it is not known. */
export function overlapping({ overlap }: Case): string | undefined {
  const others = overlap?.evaluations ?? 0;
  if (others === 0) return undefined;
  return `${others === 1 ? '1 other evaluation' : `${others} other evaluations`} ran at the same time`;
}
