import { NoVerdict } from '@lacuna/client';
import { NO_VERDICT_EXIT_CODE, type EvaluationView } from '@lacuna/contracts';
import type { Command } from 'commander';
import { EXIT_CODE_HELP, exitCodeOf } from '../exit-code.ts';
import { Interruption } from '../interruption.ts';
import { invocationOf, type Invocation } from '../invocation.ts';
import { leaveRunning } from '../leave-running.ts';
import { LiveBlock } from '../live-block.ts';
import { duration } from '../option-values.ts';
import { goesOn, renderNoVerdict, renderVerdictLine } from '../render/verdict.ts';
import { renderWaiting } from '../render/waiting.ts';
import { ID_HELP, resolveId } from '../resolve-id.ts';
import { WaitingReporter } from '../waiting-reporter.ts';
import { withExamples } from '../with-examples.ts';

interface WaitCommandOptions {
  /** Milliseconds. */
  readonly timeout?: number;
}

/** `lacuna wait`. */
export function waitCommand(command: Command): void {
  command
    .argument('<id...>', ID_HELP)
    .option(
      '--timeout <duration>',
      'wait no longer than this, such as 90s or 10m; by default as long as there are signs of life',
      duration,
    )
    .action(async (ids: string[], options: WaitCommandOptions) => wait(invocationOf(command), ids, options));
  withExamples(command, {
    'lacuna wait @latest': EXIT_CODE_HELP,
    'lacuna wait ev-3k9f2a ev-7m2c1q': 'exits with the code of the worst verdict',
    'lacuna wait @latest --timeout 30m': 'gives up after 30 minutes, or before that at the stage that is stuck',
  });
}

async function wait(invocation: Invocation, texts: readonly string[], options: WaitCommandOptions): Promise<void> {
  const ids = new Set<string>();
  for (const text of texts) ids.add(await resolveId(invocation.client, text));
  using interruption = new Interruption();
  const waiting = new Map<string, EvaluationView | undefined>([...ids].map((id) => [id, undefined]));
  try {
    const outcomes = await waitForAll(invocation, waiting, { ...options, signal: interruption.signal });
    process.exitCode = outcomes.includes(undefined)
      ? NO_VERDICT_EXIT_CODE
      : exitCodeOf(outcomes.filter((view) => view !== undefined));
  } catch (error) {
    if (!interruption.happened) throw error;
    await leaveRunning(invocation, [...waiting.keys()]);
  }
}

/** Prints each verdict as it comes; meanwhile says what the others wait for. Undefined: there is none. The first error ends it all. */
async function waitForAll(
  invocation: Invocation,
  waiting: Map<string, EvaluationView | undefined>,
  { signal: interrupted, timeout }: WaitCommandOptions & { readonly signal: AbortSignal },
): Promise<(EvaluationView | undefined)[]> {
  const { client, err, progress } = invocation;
  const giveUp = new AbortController();
  const signal = AbortSignal.any([interrupted, giveUp.signal]);
  await using live = progress ? new LiveBlock(err, () => waitingLines(waiting.values(), invocation)) : undefined;
  const waitForOne = async (id: string): Promise<EvaluationView | undefined> => {
    const reporter = new WaitingReporter(invocation, Date.now());
    const onView = (view: EvaluationView): void => {
      waiting.set(id, view);
      if (live === undefined) void reporter.look(view, Date.now());
      else live.redraw();
    };
    const outcome = await client
      .waitUntilSettled(id, { signal, onView, timeoutMs: timeout })
      .catch((error: unknown) => (error instanceof NoVerdict ? error : Promise.reject(error as Error)));
    waiting.delete(id);
    const print = (): Promise<void> => printOutcome(invocation, id, outcome);
    await (live === undefined ? print() : live.above(print));
    return outcome instanceof NoVerdict ? undefined : outcome;
  };
  try {
    return await Promise.all([...waiting.keys()].map(waitForOne));
  } finally {
    giveUp.abort();
  }
}

async function printOutcome(
  { out, err, json }: Invocation,
  id: string,
  outcome: EvaluationView | NoVerdict,
): Promise<void> {
  if (!(outcome instanceof NoVerdict)) return json ? out.json(outcome) : out.line(renderVerdictLine(outcome, out));
  const { view, message, stuck } = outcome;
  if (json) return out.json({ id, ...view, noVerdict: { message, ...stuck } });
  await out.line(renderNoVerdict(id, outcome, out));
  await err.line(goesOn(id));
}

function waitingLines(views: Iterable<EvaluationView | undefined>, { err }: Invocation): string[] {
  const options = { now: Date.now(), width: err.width - 1, color: err.color };
  return [...views].flatMap((view) => (view === undefined ? [] : [renderWaiting(view, options)]));
}
