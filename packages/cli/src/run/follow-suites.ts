import { NoVerdict } from '@lacuna/client';
import { Failure, type EvaluationView } from '@lacuna/contracts';
import type { Invocation } from '../invocation.ts';
import { LiveBlock } from '../live-block.ts';
import type { LogSink } from '../log-sink.ts';
import { colorsOf, type Paint } from '../render/paint.ts';
import { goesOn, renderNoLog, renderNoVerdict, renderVerdict } from '../render/verdict.ts';
import { settleWithLog } from '../settle-with-log.ts';
import { pad } from '../text/display-width.ts';
import { WaitingReporter } from '../waiting-reporter.ts';
import { PrefixedLines } from './prefixed-lines.ts';
import { renderSuiteProgress } from './render-suite-progress.ts';
import type { SuiteRun } from './suite-run.ts';

/**
 * Submits the suites at one time and follows them until each has a verdict. Their lines are shown as they come, each behind the name of
 * its suite. One that is stuck is given up, and goes on. An interruption cancels what runs and goes on following: a cancelled evaluation has a verdict, too.
 */
export async function followSuites(
  invocation: Invocation,
  runs: readonly SuiteRun[],
  interrupted: AbortSignal,
): Promise<void> {
  const { err, progress } = invocation;
  const giveUp = new AbortController();
  await using live = progress ? new LiveBlock(err, () => progressLines(runs, invocation)) : undefined;
  const cancelling: Promise<void>[] = [];
  const onInterrupt = (): void => void cancelling.push(...runs.map((run) => cancel(run, invocation)));
  interrupted.addEventListener('abort', onInterrupt, { once: true });
  const follow = async (run: SuiteRun, index: number): Promise<void> => {
    const { id } = await invocation.client.submit(run.spec, { signal: giveUp.signal });
    run.id = id;
    if (interrupted.aborted) await cancel(run, invocation);
    const sink = sinkOf(run, invocation, prefixOf(runs, index, invocation), live);
    await untilVerdict(run, id, { ...invocation, sink, live, signal: giveUp.signal });
    await above(live, () => tellVerdict(run, invocation));
  };
  try {
    await Promise.all(runs.map(follow));
    await Promise.all(cancelling);
  } finally {
    interrupted.removeEventListener('abort', onInterrupt);
    giveUp.abort();
  }
}

interface Following extends Invocation {
  readonly sink: LogSink;
  readonly live: LiveBlock | undefined;
  readonly signal: AbortSignal;
}

/** Keeps the run up with what is known of it, until it has a verdict or is given up. */
async function untilVerdict(
  run: SuiteRun,
  id: string,
  { live, sink, signal, ...invocation }: Following,
): Promise<void> {
  const reporter = new WaitingReporter(invocation, Date.now());
  const onView = (view: EvaluationView): void => {
    run.view = view;
    live?.redraw();
    // While it runs its own lines show that it lives.
    if (live === undefined && view.phase !== 'running') void reporter.look(view, Date.now());
  };
  const onNoLog = (why: Failure): void => {
    if (!invocation.json) void above(live, () => invocation.err.line(renderNoLog(id, why)));
  };
  await settleWithLog(invocation.client, id, { sink, signal, onView, onNoLog }).catch((error: unknown) => {
    if (!(error instanceof NoVerdict)) throw error;
    run.noVerdict = error;
  });
}

/** What has no id yet is cancelled as soon as it has one; what has a verdict keeps it. */
async function cancel({ id, view }: SuiteRun, { client }: Invocation): Promise<void> {
  if (id === undefined || view?.verdict !== undefined) return;
  await client.cancel(id, { reason: 'lacuna run was interrupted' }).catch((error: unknown) => {
    if (!(error instanceof Failure) || error.code !== 'already-settled') throw error;
  });
}

/** Colours by place, so that neighbours differ; red, yellow and green say something else. */
const PAINTS = ['cyan', 'magenta', 'blue', 'white'] as const;

function prefixOf(runs: readonly SuiteRun[], index: number, { out }: Invocation): string {
  const widest = Math.max(...runs.map(({ title }) => title.length));
  const paint: Paint = colorsOf(out.color)[PAINTS[index % PAINTS.length] ?? 'cyan'];
  return paint(`${pad(runs[index]?.title ?? '', widest)} │ `);
}

function sinkOf(run: SuiteRun, { out, json }: Invocation, prefix: string, live: LiveBlock | undefined): LogSink {
  const lines = new PrefixedLines(prefix);
  const show = (text: string): Promise<void> =>
    text === '' || json ? Promise.resolve() : above(live, () => out.write(text));
  return {
    write: (chunk) => {
      run.read(chunk);
      return show(lines.push(chunk));
    },
    end: () => show(lines.end()),
  };
}

async function tellVerdict({ id = '', view, noVerdict }: SuiteRun, { err, json }: Invocation): Promise<void> {
  if (json) return;
  if (noVerdict !== undefined) {
    await err.line(renderNoVerdict(id, noVerdict, err));
    await err.line(goesOn(id));
  } else if (view !== undefined) for (const line of renderVerdict(view, err)) await err.line(line);
}

function progressLines(runs: readonly SuiteRun[], { err }: Invocation): string[] {
  const options = { now: Date.now(), width: err.width - 1, color: err.color };
  const open = runs.filter(({ view, noVerdict }) => view?.verdict === undefined && noVerdict === undefined);
  return open.map((run) => renderSuiteProgress(run, options));
}

/** Writes over the lines that are drawn again in place, where there are such. */
function above(live: LiveBlock | undefined, write: () => Promise<void>): Promise<void> {
  return live === undefined ? write() : live.above(write);
}
