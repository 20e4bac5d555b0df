import type { EvaluationView } from '@lacuna/contracts';
import type { Command } from 'commander';
import { exitCodeOf } from '../exit-code.ts';
import { Interruption } from '../interruption.ts';
import { invocationOf, type Invocation } from '../invocation.ts';
import { leaveRunning } from '../leave-running.ts';
import { LiveBlock } from '../live-block.ts';
import { renderVerdictLine } from '../render/verdict.ts';
import { renderWaiting } from '../render/waiting.ts';
import { ID_HELP, resolveId } from '../resolve-id.ts';
import { withExamples } from '../with-examples.ts';

/** `lacuna wait`. */
export function waitCommand(command: Command): void {
  command.argument('<id...>', ID_HELP).action(async (ids: string[]) => wait(invocationOf(command), ids));
  withExamples(command, {
    'lacuna wait @latest': 'exits with 0 passed, 1 failed, 3 error, 4 incomplete, 5 timed out, 6 cancelled',
    'lacuna wait ev-3k9f2a ev-7m2c1q': 'exits with the code of the worst verdict',
  });
}

async function wait(invocation: Invocation, texts: readonly string[]): Promise<void> {
  const ids = new Set<string>();
  for (const text of texts) ids.add(await resolveId(invocation.client, text));
  using interruption = new Interruption();
  const waiting = new Map<string, EvaluationView | undefined>([...ids].map((id) => [id, undefined]));
  try {
    const settled = await waitForAll(invocation, waiting, interruption.signal);
    process.exitCode = exitCodeOf(settled);
  } catch (error) {
    if (!interruption.happened) throw error;
    await leaveRunning(invocation, [...waiting.keys()]);
  }
}

/** Prints each verdict as it comes; meanwhile a terminal shows what the others wait for. The first error ends it all. */
async function waitForAll(
  invocation: Invocation,
  waiting: Map<string, EvaluationView | undefined>,
  interrupted: AbortSignal,
): Promise<EvaluationView[]> {
  const { client, out, err, json, progress } = invocation;
  const giveUp = new AbortController();
  const signal = AbortSignal.any([interrupted, giveUp.signal]);
  await using live = progress ? new LiveBlock(err, () => waitingLines(waiting.values(), invocation)) : undefined;
  const waitForOne = async (id: string): Promise<EvaluationView> => {
    const onView = (view: EvaluationView): void => {
      waiting.set(id, view);
      live?.redraw();
    };
    const view = await client.waitUntilSettled(id, { signal, onView });
    waiting.delete(id);
    const print = (): Promise<void> => (json ? out.json(view) : out.line(renderVerdictLine(view, out)));
    await (live === undefined ? print() : live.above(print));
    return view;
  };
  try {
    return await Promise.all([...waiting.keys()].map(waitForOne));
  } finally {
    giveUp.abort();
  }
}

function waitingLines(views: Iterable<EvaluationView | undefined>, { err }: Invocation): string[] {
  const options = { now: Date.now(), width: err.width - 1, color: err.color };
  return [...views].flatMap((view) => (view === undefined ? [] : [renderWaiting(view, options)]));
}
