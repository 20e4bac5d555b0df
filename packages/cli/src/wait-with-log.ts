import { formatDuration, type EvaluationView } from '@lacuna/contracts';
import { exitCodeOf } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { logSink } from './log-sink.ts';
import { colorsOf } from './render/paint.ts';
import { renderNoLog, renderVerdict } from './render/verdict.ts';
import { waitsFor } from './render/waiting.ts';
import { settleWithLog } from './settle-with-log.ts';
import { cut } from './text/display-width.ts';
import { WaitingReporter } from './waiting-reporter.ts';

/**
 * Streams the log to stdout while the evaluation runs, and returns the exit code of its verdict, which is the last line on stderr.
 * With `--json` the evaluation is the one document on stdout, and the log is left where it is.
 */
export async function waitWithLog(invocation: Invocation, id: string, interrupted: AbortSignal): Promise<number> {
  const { client, out, err, json } = invocation;
  if (!json) await err.line(`${id} submitted`);
  const view = await settleWithLog(client, id, {
    sink: json ? undefined : logSink(out, { raw: false }),
    signal: interrupted,
    onView: phaseTeller(invocation),
    onNoLog: (why) => void err.line(renderNoLog(id, why)),
  });
  if (json) await out.json(view);
  else for (const line of renderVerdict(view, err)) await err.line(line);
  return exitCodeOf([view]);
}

/** Tells each new phase, for eyes: what happens and what is waited for. */
function phaseTeller(invocation: Invocation): (view: EvaluationView) => void {
  const { err, progress } = invocation;
  const reporter = new WaitingReporter(invocation, Date.now());
  let told = '';
  return (view) => {
    // Where nobody looks, only long waits are told, and not while its own lines show that it lives.
    if (!progress && view.phase !== 'running') void reporter.look(view, Date.now());
    if (!progress || view.phase === told || view.phase === 'settled') return;
    told = view.phase;
    const now = Date.now();
    const elapsed = formatDuration(Math.max(0, now - view.submittedAt));
    const line = cut(`… ${view.phase} after ${elapsed}  ${waitsFor(view, now)}`.trimEnd(), err.width);
    void err.line(colorsOf(err.color).dim(line));
  };
}
