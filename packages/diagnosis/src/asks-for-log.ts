import type { Digest } from './digest.ts';

/** Causes that facts allow without the log, and for which a log may have a better one: an error, a refused connection, a port. */
const KNOWN_WITHOUT_LOG: ReadonlySet<string> = new Set(['tests-failed', 'exit-by-design', 'command-missing']);

/** Whether the log of an evaluation may decide what its cause is. */
export function asksForLog({ condition, cause }: Digest): boolean {
  return condition === 'broken' && (cause === undefined || KNOWN_WITHOUT_LOG.has(cause.cause));
}
