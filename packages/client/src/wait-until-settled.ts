import { Failure, type EvaluationView } from '@lacuna/contracts';
import { subscribe } from './events.ts';
import type { Patience } from './patience.ts';
import { evaluationPath } from './paths.ts';
import type { Transport } from './transport.ts';

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told each time the evaluation was read, the last time with its verdict. */
  readonly onView?: ((view: EvaluationView) => void) | undefined;
}

/**
 * The evaluation, once it has a verdict. Events only say when to look: what counts is what is read then, so a lost,
 * doubled or late event changes nothing. Outlives restarts of the server.
 */
export async function waitUntilSettled(
  transport: Transport,
  { id, patience }: { readonly id: string; readonly patience: Patience },
  { signal, onView }: WaitOptions = {},
): Promise<EvaluationView> {
  const changes = subscribe(transport, { id, patience, signal });
  try {
    while ((await changes.next()).done !== true) {
      const view = await readPatiently(transport, { id, patience, signal });
      onView?.(view);
      if (view.phase === 'settled') return view;
    }
  } finally {
    await changes.return();
  }
  throw new Failure('bug', `the server says that nothing more will happen to ${id}, but it has no verdict`);
}

/** The evaluation, as soon as it can be read: a change was announced, and nobody announces it twice. */
async function readPatiently(
  transport: Transport,
  {
    id,
    patience,
    signal,
  }: { readonly id: string; readonly patience: Patience; readonly signal: AbortSignal | undefined },
): Promise<EvaluationView> {
  for (;;) {
    try {
      const view = await transport.json<EvaluationView>({ path: evaluationPath(id), signal });
      patience.succeeded();
      return view;
    } catch (error) {
      await patience.failed(error);
    }
  }
}
