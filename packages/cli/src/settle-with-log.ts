import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@lacuna/client';
import { Failure, RETRY_AFTER_MS, type EvaluationView } from '@lacuna/contracts';
import type { LogSink } from './log-sink.ts';

interface SettleOptions {
  /** Where the bytes of the log go as they come; nowhere if absent. */
  readonly sink?: LogSink | undefined;
  readonly signal: AbortSignal;
  readonly onView?: (view: EvaluationView) => void;
  /** Told when the server lets too few follow, so that the log has not come, or not to its end. */
  readonly onNoLog: (why: Failure) => void;
}

/** The evaluation with its verdict. Its log is followed meanwhile, and has come to its end, too; unless the server refuses it: then the verdict counts. */
export async function settleWithLog(client: Client, id: string, options: SettleOptions): Promise<EvaluationView> {
  const noLog = new AbortController();
  const settled = new AbortController();
  const giveUp = new AbortController();
  const signal = AbortSignal.any([options.signal, giveUp.signal]);
  const waitForVerdict = async (): Promise<EvaluationView> => {
    const view = await client.waitUntilSettled(id, { signal, onView: options.onView });
    // Settled without a statement on the log: no log will come, and following it would never end.
    if (view.attempts.at(-1)?.log === undefined) noLog.abort();
    settled.abort();
    return view;
  };
  try {
    const { sink } = options;
    const ends = { signal: AbortSignal.any([signal, noLog.signal]), settled: settled.signal };
    const copying = sink && copyLog(client, id, sink, ends);
    const [view] = await Promise.all([
      waitForVerdict(),
      copying?.catch((error: unknown) => {
        if (noLog.signal.aborted) return;
        if (!isRefusal(error)) throw error;
        options.onNoLog(error);
      }),
    ]);
    return view;
  } finally {
    giveUp.abort();
  }
}

interface Ends {
  readonly signal: AbortSignal;
  readonly settled: AbortSignal;
}

async function copyLog(client: Client, id: string, sink: LogSink, ends: Ends): Promise<void> {
  try {
    const { body } = await openedLog(client, id, ends);
    for await (const chunk of body) await sink.write(chunk);
  } finally {
    await sink.end();
  }
}

/** A server that lets nobody more follow is asked again while there is no verdict, and once more then. */
async function openedLog(client: Client, id: string, { signal, settled }: Ends): ReturnType<Client['log']> {
  for (;;) {
    const isLast = settled.aborted;
    try {
      return await client.log(id, { follow: true, signal });
    } catch (error) {
      if (isLast || !isRefusal(error)) throw error;
      const over = AbortSignal.any([signal, settled]);
      await delay(error.retryAfterMs ?? RETRY_AFTER_MS, undefined, { signal: over }).catch(() =>
        signal.throwIfAborted(),
      );
    }
  }
}

function isRefusal(error: unknown): error is Failure {
  return error instanceof Failure && error.disposition === 'retry';
}
