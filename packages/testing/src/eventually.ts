import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { testimony } from './witnesses.ts';

/** Far more than anything takes that nobody gave a time of its own: only a test that fails waits so long. Shorter than a test may take, which would end it without a word. */
const DEFAULT_WITHIN_MS = 20_000;
/** Between two probes: as long as the last one took, so that looking at something never keeps it busy, within these bounds. Milliseconds. */
const PAUSE_MS = { least: 20, most: 500 } as const;

type Nothing = undefined | null | false;

/**
 * Calls `probe` until it gives something other than `undefined`, `null` or `false`, and returns that. A probe that throws
 * counts as not yet. After `withinMs` milliseconds (20,000 unless told) it throws, naming `what`, the last value or error, also when a probe is still
 * under way behind it, and what the fixtures show.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  { withinMs = DEFAULT_WITHIN_MS }: { withinMs?: number } = {},
): Promise<Exclude<T, Nothing>> {
  const deadline = performance.now() + withinMs;
  let before: Answer<T> | undefined;
  for (;;) {
    const askedAt = performance.now();
    const outcome = await attempt(probe, deadline);
    if (outcome.kind === 'value' && isSomething(outcome.value)) return outcome.value;
    if (performance.now() >= deadline)
      throw timeoutError(`${what}: not within ${withinMs} ms`, [outcome, before], await testimony());
    if (outcome.kind !== 'hanging') before = outcome;
    await delay(Math.min(Math.max(performance.now() - askedAt, PAUSE_MS.least), PAUSE_MS.most));
  }
}

type Answer<T> = { kind: 'value'; value: T } | { kind: 'error'; error: unknown };
type Outcome<T> = Answer<T> | { kind: 'hanging' };

const isSomething = <T>(value: T): value is Exclude<T, Nothing> =>
  value !== undefined && value !== null && value !== false;

/** One call, bounded by the deadline: a probe that hangs must not hang the test without a word. */
async function attempt<T>(probe: () => T | Promise<T>, deadline: number): Promise<Outcome<T>> {
  const controller = new AbortController();
  const patience = delay(
    Math.max(deadline - performance.now(), PAUSE_MS.least),
    { kind: 'hanging' } as const,
    controller,
  );
  try {
    const value = (async () => ({ kind: 'value', value: await probe() }) as const)();
    return await Promise.race([value, patience]);
  } catch (error) {
    return { kind: 'error', error };
  } finally {
    patience.catch(() => {});
    controller.abort();
  }
}

function timeoutError(what: string, [last, before]: Last, seen: string): Error {
  const answer = last.kind === 'hanging' ? before : last;
  const words = [
    ...(last.kind === 'hanging' ? ['the last probe had not answered'] : []),
    ...(answer === undefined ? [] : [wordsOf(answer)]),
  ];
  const options = answer?.kind === 'error' ? { cause: answer.error } : {};
  return new Error(`${what}; ${words.join('; ')}${seen}`, options);
}

type Last = readonly [last: Outcome<unknown>, before: Answer<unknown> | undefined];

function wordsOf(answer: Answer<unknown>): string {
  return answer.kind === 'value'
    ? `last value: ${inspect(answer.value, { depth: 4 })}`
    : `last error: ${inspect(answer.error)}`;
}
