import { formatDuration, type EvaluationView } from '@lacuna/contracts';
import { exitCodeOf } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { logSink } from './log-sink.ts';
import { colorsOf } from './render/paint.ts';
import { renderVerdictLine } from './render/verdict.ts';
import { waitsFor } from './render/waiting.ts';
import { cut } from './text/display-width.ts';

/**
 * Streams the log to stdout while the evaluation runs, and returns the exit code of its verdict, which is the last line on stderr.
 * With `--json` the evaluation is the one document on stdout, and the log is left where it is.
 */
export async function waitWithLog(invocation: Invocation, id: string, interrupted: AbortSignal): Promise<number> {
  const { out, err, json } = invocation;
  if (!json) await err.line(`${id} submitted`);
  const view = await settleWithLog(invocation, id, interrupted);
  if (json) await out.json(view);
  else await err.line(renderVerdictLine(view, err));
  return exitCodeOf([view]);
}

async function settleWithLog(invocation: Invocation, id: string, interrupted: AbortSignal): Promise<EvaluationView> {
  const { client, json } = invocation;
  const noLog = new AbortController();
  const giveUp = new AbortController();
  const signal = AbortSignal.any([interrupted, giveUp.signal]);
  const waitForVerdict = async (): Promise<EvaluationView> => {
    const view = await client.waitUntilSettled(id, { signal, onView: phaseTeller(invocation) });
    // Settled without a statement on the log: no log will come, and following it would never end.
    if (view.attempts.at(-1)?.log === undefined) noLog.abort();
    return view;
  };
  try {
    const copying = json ? undefined : copyLog(invocation, id, AbortSignal.any([signal, noLog.signal]));
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

async function copyLog({ client, out }: Invocation, id: string, signal: AbortSignal): Promise<void> {
  const sink = logSink(out, { raw: false });
  try {
    const { body } = await client.log(id, { follow: true, signal });
    for await (const chunk of body) await sink.write(chunk);
  } finally {
    await sink.end();
  }
}

/** Tells each new phase, for eyes: what happens and what is waited for. */
function phaseTeller({ err, progress }: Invocation): (view: EvaluationView) => void {
  let told = '';
  return (view) => {
    if (!progress || view.phase === told || view.phase === 'settled') return;
    told = view.phase;
    const now = Date.now();
    const elapsed = formatDuration(Math.max(0, now - view.submittedAt));
    const line = cut(`… ${view.phase} after ${elapsed}  ${waitsFor(view, now)}`.trimEnd(), err.width);
    void err.line(colorsOf(err.color).dim(line));
  };
}
