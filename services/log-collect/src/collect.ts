import { fact, podFactSubject, reportFileOf, type EvaluationId, type ReportFileSetting } from '@lacuna/contracts';
import type { RecordedFact } from '@lacuna/messaging';
import { Capture, type CaptureDeps, type CaptureResult, type LogWishes } from './capture.ts';
import { endOf } from './container-end.ts';
import { containerOf, type Container } from './container.ts';
import type { ReportFileFinding } from './read-report-file.ts';

interface CollectDeps extends CaptureDeps {
  readonly wishesOf: (evaluation: EvaluationId) => Promise<LogWishes>;
  readonly readFile: (file: ReportFileSetting, container: Container, signal: AbortSignal) => Promise<ReportFileFinding>;
}

/**
 * Collects the logs of containers told by `container-started` or `container-ended`, whichever is handed out first: a container that
 * lived for ten milliseconds is captured too. The second one finds the first at work and waits with it.
 */
export class Collector {
  readonly #deps: CollectDeps;
  readonly #running = new Map<string, { readonly capture: Promise<Capture>; readonly done: Promise<void> }>();
  /** Captures closed by this process lately: the other fact about the same container needs no second one. */
  readonly #closed = new LatestKeys(10_000);

  constructor(deps: CollectDeps) {
    this.#deps = deps;
  }

  /** How many captures are open, for metrics. */
  get open(): number {
    return this.#running.size;
  }

  /** Handles one fact; resolves when the log is closed and its results are read, both stored as facts. */
  async collect(
    { fact: told }: RecordedFact,
    { signal, deliveries }: { readonly signal: AbortSignal; readonly deliveries: number },
  ): Promise<void> {
    if (told.type !== 'container-started' && told.type !== 'container-ended') return;
    const container = containerOf(told);
    if (container === undefined) return;
    const key = `${container.evaluation}/${container.attempt}/${container.podUid}`;
    // An end that nobody here waits for may be told long after another replica has closed the log, and it has been moved away.
    const mayBeDone = deliveries > 1 || (told.type === 'container-ended' && !this.#running.has(key));
    if (this.#closed.has(key) || (mayBeDone && (await this.#isCollected(container)))) return;
    const running = this.#running.get(key) ?? this.#start(key, container, signal);
    if (told.type === 'container-ended') (await running.capture).tellEnd(endOf(told));
    await running.done;
  }

  #start(key: string, container: Container, signal: AbortSignal): { capture: Promise<Capture>; done: Promise<void> } {
    const wishes = this.#deps.wishesOf(container.evaluation);
    const capture = wishes.then((known) => new Capture(container, known, this.#deps));
    const done = capture
      .then((opened) => opened.run(signal))
      .then(async (result) => this.#close(container, result, reportFileOf((await wishes).report), signal))
      .then(() => this.#closed.add(key))
      .finally(() => this.#running.delete(key));
    const running = { capture, done };
    this.#running.set(key, running);
    return running;
  }

  async #isCollected(container: Container): Promise<boolean> {
    const subjects = [podFactSubject('log-closed', container), podFactSubject('report-read', container)];
    const found = await Promise.all(subjects.map((subject) => this.#deps.bus.readFact(subject)));
    return found.every((one) => one !== undefined);
  }

  async #close(
    container: Container,
    { statement, report, closeWhenRoom }: CaptureResult,
    file: ReportFileSetting | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { evaluation, attempt, podUid, containerId } = container;
    const about = { evaluation, attempt, at: this.#deps.now() };
    const closed = this.#deps.bus.publishFact(fact('log-closed', about, { podUid, containerId, statement }));
    const inLog = report === undefined ? {} : { report };
    const [found] = await Promise.all([file && this.#deps.readFile(file, container, signal), closed]);
    const readAt = file === undefined ? about : { ...about, at: this.#deps.now() };
    await this.#deps.bus.publishFact(fact('report-read', readAt, { podUid, ...(found ?? inLog) }));
    await closeWhenRoom?.(signal);
  }
}

/** A set of the latest keys, bounded so that it never grows with what is done. */
class LatestKeys {
  readonly #limit: number;
  readonly #keys = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    this.#keys.add(key);
    if (this.#keys.size <= this.#limit) return;
    for (const oldest of this.#keys) {
      this.#keys.delete(oldest);
      return;
    }
  }
}
