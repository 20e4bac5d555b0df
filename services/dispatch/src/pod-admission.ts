import type { EvaluationId } from '@lacuna/contracts';
import type { Obstacle } from './obstacle.ts';

type PodState = 'none' | 'refused' | 'exists';

/** First wait before more is tried than the quota was seen to admit; it doubles with each time that this was too much. */
const PROBE_MS = 5_000;
const MAX_PROBE_MS = 60_000;
/** When refusals last longer than this, the quota has shrunk: what was admitted meanwhile is all it admits. */
const EPISODE_MS = 30_000;

/**
 * How many Jobs the cluster gives pods to, learned from quota refusals. A quota on pods does not refuse the Job: the Job waits inside the Job
 * controller, which tries again after 1, 2, 4 … 60 s. There waiting is slow and blind; in our queue it is cheap, fair and explained. So once a pod was
 * refused, only as many Jobs are made as were seen to have pods side by side; now and then a few more, to find out whether the quota has grown. A function of what it is told; milliseconds.
 */
export class PodAdmission {
  readonly #jobs = new Map<EvaluationId, PodState>();
  readonly #count: Record<PodState, number> = { none: 0, refused: 0, exists: 0 };
  /** The quota's words; undefined until one refuses. */
  #words: string | undefined;
  /** Most pods side by side, and since when that is counted. */
  #peak = 0;
  #peakSince = 0;
  /** So many more than the peak are tried at a time, and of these so many have pods. */
  #probe = 1;
  #granted = 0;
  #probeMs = PROBE_MS;
  #probeAt = 0;

  /** Jobs whose pod is refused at the moment. */
  get refused(): number {
    return this.#count.refused;
  }

  /** Jobs that may be there side by side; undefined when no quota is known. */
  get limit(): number | undefined {
    return this.#words === undefined ? undefined : Math.max(1, this.#peak);
  }

  /** A Job is asked for. */
  job(id: EvaluationId): void {
    if (!this.#jobs.has(id)) this.#set(id, 'none');
  }

  /** Its pod exists. */
  pod(id: EvaluationId): void {
    if (this.#jobs.get(id) === 'exists') return;
    this.#set(id, 'exists');
    if (this.#count.exists <= this.#peak) return;
    this.#peak = this.#count.exists;
    if (this.#words === undefined) return;
    this.#probeMs = PROBE_MS;
    if (++this.#granted < this.#probe) return;
    this.#probe *= 2;
    this.#granted = 0;
  }

  /** Its pod was refused by a quota that others use up. */
  refuse(id: EvaluationId, words: string, now: number): void {
    if (this.#jobs.get(id) !== 'none') return;
    if (this.#count.refused === 0) this.#begin(now);
    this.#set(id, 'refused');
    this.#words = words;
    this.#probe = 1;
    this.#granted = 0;
    this.#probeAt = now + this.#probeMs;
  }

  /** The Job needs no pod any more, or was never made. */
  over(id: EvaluationId, now: number): void {
    const state = this.#jobs.get(id);
    if (state === undefined) return;
    this.#jobs.delete(id);
    this.#count[state]--;
    if (state === 'refused' && this.#count.refused === 0) this.#probeAt = now + this.#probeMs;
  }

  /** What is in the way of another Job; undefined when nothing is. */
  obstacle(now: number): Obstacle | undefined {
    if (this.#count.refused > 0 && now - this.#peakSince > EPISODE_MS) this.#countPeak(now);
    const { limit } = this;
    if (limit === undefined) return undefined;
    const probe = this.#count.refused === 0 && now >= this.#probeAt ? this.#probe : 0;
    if (this.#jobs.size < limit + probe) return undefined;
    return { cause: 'quota', detail: `a quota admits ${limit} pods at a time: ${this.#words}` };
  }

  /** The first refusal after a time without any: of a probe, or because the quota has less to give. */
  #begin(now: number): void {
    if (this.#words !== undefined && this.#jobs.size > this.#peak)
      this.#probeMs = Math.min(this.#probeMs * 2, MAX_PROBE_MS);
    if (this.#words === undefined || now - this.#peakSince > EPISODE_MS) this.#countPeak(now);
  }

  #countPeak(now: number): void {
    this.#peak = this.#count.exists;
    this.#peakSince = now;
  }

  #set(id: EvaluationId, state: PodState): void {
    const before = this.#jobs.get(id);
    if (before !== undefined) this.#count[before]--;
    this.#jobs.set(id, state);
    this.#count[state]++;
  }
}
