import { setTimeout as delay } from 'node:timers/promises';
import { Failure, type EvaluationView } from '@lacuna/contracts';
import { subscribe, type StreamChange } from './events.ts';
import { givenUp, outOfTime } from './no-verdict.ts';
import type { Patience } from './patience.ts';
import { evaluationPath } from './evaluation-path.ts';
import type { Transport } from './transport.ts';
import { updateVigil, stuckIn, type Vigil } from './vigil.ts';

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told each time the evaluation was read, the last time with its verdict. */
  readonly onView?: ((view: EvaluationView) => void) | undefined;
  /** Waits no longer than that, whatever the evaluation does; as long as it lives unless told. Milliseconds. */
  readonly timeoutMs?: number | undefined;
}

interface Wanted {
  readonly id: string;
  readonly patience: Patience;
}

/** Milliseconds after which it is looked at although no event came: what shows that it lives is not all in facts. */
const LOOK_EVERY_MS = 5_000;

/**
 * The evaluation, once it has a verdict. Events only say when to look: what counts is what is read then, so a lost, doubled or late
 * event changes nothing. Outlives restarts of the server. Rejects with `NoVerdict` when a stage is stuck, or the caller's time is over.
 */
export async function waitUntilSettled(
  transport: Transport,
  wanted: Wanted,
  { signal, onView, timeoutMs }: WaitOptions = {},
): Promise<EvaluationView> {
  const bound = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const ends = [signal, bound].filter((one) => one !== undefined);
  let last: EvaluationView | undefined;
  let vigil: Vigil | undefined;
  try {
    for await (const view of views(transport, wanted, AbortSignal.any(ends))) {
      last = view;
      onView?.(view);
      if (view.phase === 'settled') return view;
      vigil = updateVigil(vigil, view, Date.now());
      const stuck = stuckIn(view, vigil, Date.now());
      if (stuck !== undefined) throw givenUp(view, stuck);
    }
  } catch (error) {
    if (timeoutMs !== undefined && bound?.aborted === true && signal?.aborted !== true)
      throw outOfTime(last, timeoutMs);
    throw error;
  }
  throw new Failure('bug', `the server says that nothing more will happen to ${wanted.id}, but it has no verdict`);
}

/** The evaluation as it is at first, at each change, and after each silence. */
async function* views(
  transport: Transport,
  { id, patience }: Wanted,
  ending: AbortSignal,
): AsyncGenerator<EvaluationView, void, undefined> {
  const over = new AbortController();
  const signal = AbortSignal.any([ending, over.signal]);
  const changes = subscribe(transport, { id, patience, signal });
  let next = changes.next();
  try {
    for (;;) {
      const change = await withinSilence(next, signal);
      if (change === 'ended') return;
      yield await readPatiently(transport, { id, patience, signal });
      if (change === 'changed') next = changes.next();
    }
  } finally {
    over.abort();
    await next.catch(() => undefined);
  }
}

/** What a subscription says next, or that it is silent. */
async function withinSilence(
  next: Promise<IteratorResult<StreamChange>>,
  signal: AbortSignal,
): Promise<'changed' | 'ended' | 'silent'> {
  const woken = new AbortController();
  const ended = AbortSignal.any([signal, woken.signal]);
  const silence = delay(LOOK_EVERY_MS, 'silent' as const, { signal: ended });
  try {
    return await Promise.race([next.then(({ done }) => (done === true ? 'ended' : 'changed')), silence]);
  } finally {
    woken.abort();
    await silence.catch(() => undefined);
  }
}

/** The evaluation, as soon as it can be read: a change was announced, and nobody announces it twice. */
async function readPatiently(
  transport: Transport,
  { id, patience, signal }: Wanted & { readonly signal: AbortSignal },
): Promise<EvaluationView> {
  for (;;) {
    try {
      const view = await transport.json<EvaluationView>({ path: evaluationPath(id), signal });
      patience.succeeded();
      return view;
    } catch (error) {
      await patience.failed(error, signal);
    }
  }
}
