import type { EvaluationView } from '@lacuna/contracts';
import type { Invocation } from './invocation.ts';
import { renderWaiting, stageWaitedFor, waitsFor } from './render/waiting.ts';

/** A shorter wait is not worth a line in the log of a CI server; a longer silence looks as if it hung. Milliseconds. */
const FIRST_AFTER_MS = 10_000;
const AGAIN_AFTER_MS = 60_000;

/** Says on stderr what an evaluation waits for, where no terminal shows it: when that has changed, and now and then when it has not. */
export class WaitingReporter {
  readonly #invocation: Invocation;
  #told = '';
  #toldAt: number;

  constructor(invocation: Invocation, now: number) {
    this.#invocation = invocation;
    this.#toldAt = now;
  }

  /** Tells, if it is time, what this look at it shows. */
  async look(view: EvaluationView, now: number): Promise<void> {
    if (view.verdict !== undefined) return;
    const { err, json } = this.#invocation;
    const stage = stageWaitedFor(view);
    const key = `${stage?.stage}/${stage?.outcome}`;
    const silentMs = now - this.#toldAt;
    if (silentMs < (key === this.#told ? AGAIN_AFTER_MS : FIRST_AFTER_MS)) return;
    this.#told = key;
    this.#toldAt = now;
    const { id, phase, life } = view;
    if (json) await err.json({ waiting: { id, phase, for: waitsFor(view, now), ...(stage && { stage }), life } });
    else await err.line(renderWaiting(view, { now, width: Infinity, color: err.color }));
  }
}
