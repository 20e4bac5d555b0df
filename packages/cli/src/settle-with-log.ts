import type { Client } from '@lacuna/client';
import type { EvaluationView } from '@lacuna/contracts';
import type { LogSink } from './log-sink.ts';

interface SettleOptions {
  /** Where the bytes of the log go as they come; nowhere if absent. */
  readonly sink?: LogSink | undefined;
  readonly signal: AbortSignal;
  readonly onView?: (view: EvaluationView) => void;
}

/** The evaluation with its verdict. Its log is followed meanwhile, and has come to its end, too. */
export async function settleWithLog(client: Client, id: string, options: SettleOptions): Promise<EvaluationView> {
  const noLog = new AbortController();
  const giveUp = new AbortController();
  const signal = AbortSignal.any([options.signal, giveUp.signal]);
  const waitForVerdict = async (): Promise<EvaluationView> => {
    const view = await client.waitUntilSettled(id, { signal, onView: options.onView });
    // Settled without a statement on the log: no log will come, and following it would never end.
    if (view.attempts.at(-1)?.log === undefined) noLog.abort();
    return view;
  };
  try {
    const { sink } = options;
    const copying = sink && copyLog(client, id, sink, AbortSignal.any([signal, noLog.signal]));
    const [view] = await Promise.all([
      waitForVerdict(),
      copying?.catch((error: unknown) => {
        if (!noLog.signal.aborted) throw error;
      }),
    ]);
    return view;
  } finally {
    giveUp.abort();
  }
}

async function copyLog(client: Client, id: string, sink: LogSink, signal: AbortSignal): Promise<void> {
  try {
    const { body } = await client.log(id, { follow: true, signal });
    for await (const chunk of body) await sink.write(chunk);
  } finally {
    await sink.end();
  }
}
