import type { Context } from '@opentelemetry/api';
import { SamplingDecision, type Sampler, type SamplingResult } from '@opentelemetry/sdk-trace';

/** A look at the rate this often, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/**
 * Takes every detail span as long as a process makes no more than `perSecond` of them; of more, the share that keeps to it. Whose spans are
 * taken is read from the trace id, which is a hash: so what is taken of an evaluation is taken as a whole, and by services that are under
 * the same load alike. The caller's flag is ignored: what is worth a span is our decision.
 */
export class DetailSampler implements Sampler {
  readonly #perSecond: number;
  readonly #now: () => number;
  #asked = 0;
  #lookedAt: number;
  #share = 1;

  /** `now` in milliseconds, from any start. */
  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#lookedAt = now();
  }

  shouldSample(_context: Context, traceId: string): SamplingResult {
    this.#asked++;
    const sinceMs = this.#now() - this.#lookedAt;
    if (sinceMs >= LOOK_EVERY_MS) this.#look(sinceMs);
    const isTaken = placeOf(traceId) < this.#share;
    return { decision: isTaken ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
  }

  toString(): string {
    return `DetailSampler{${this.#perSecond}/s}`;
  }

  #look(sinceMs: number): void {
    this.#share = Math.min(1, (this.#perSecond * sinceMs) / 1_000 / this.#asked);
    this.#asked = 0;
    this.#lookedAt += sinceMs;
  }
}

/** Where a trace id lies among all: from 0 to 1. */
function placeOf(traceId: string): number {
  return Number.parseInt(traceId.slice(-8), 16) / 2 ** 32;
}
