import type { EvaluationId, EvaluationView } from '@lacuna/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import type { DrillContext } from './drill-context.ts';

const WITHIN_MS = 60_000;
const POLL_MS = 50;

/** The first thing that `probe` finds. Rejects when that takes longer than a minute, with what was waited for. */
export async function waitFor<T>(
  { signal }: DrillContext,
  what: string,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  for (const deadline = performance.now() + WITHIN_MS; performance.now() < deadline;) {
    const found = await probe();
    if (found !== undefined) return found;
    await delay(POLL_MS, undefined, { signal });
  }
  throw new Error(`${what}: not within ${WITHIN_MS / 1_000} s`);
}

/** The evaluation, as soon as it is as wanted. */
export function waitForView(
  context: DrillContext,
  id: EvaluationId,
  what: string,
  holds: (view: EvaluationView) => boolean,
): Promise<EvaluationView> {
  return waitFor(context, what, async () => {
    const view = await context.client.get(id, { signal: context.signal });
    return holds(view) ? view : undefined;
  });
}

/** The evaluation, as soon as a stage of its latest attempt has come to an outcome such as `missing`. */
export function waitForStage(
  context: DrillContext,
  id: EvaluationId,
  stage: string,
  outcome: string,
): Promise<EvaluationView> {
  return waitForView(context, id, `${stage} ${outcome}`, (view) => stageIs(view, stage, outcome));
}

export function waitForVerdict(context: DrillContext, id: EvaluationId): Promise<EvaluationView> {
  return waitForView(context, id, 'its verdict', ({ verdict }) => verdict !== undefined);
}

export function waitUntilRunning(context: DrillContext, id: EvaluationId): Promise<EvaluationView> {
  return waitForView(context, id, 'running', ({ phase }) => phase === 'running');
}

/** Whether a stage of the latest attempt has come to that outcome. */
export function stageIs(view: EvaluationView, stage: string, outcome: string): boolean {
  return view.attempts.at(-1)?.stages.some((one) => one.stage === stage && one.outcome === outcome) === true;
}
