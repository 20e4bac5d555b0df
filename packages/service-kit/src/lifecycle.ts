/** Where a service is in its life. `failed` is the end too, with what went wrong. */
export type LifecycleState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'draining'; readonly why: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: Error };

type LifecycleEnd = Extract<LifecycleState, { kind: 'stopped' | 'failed' }>;

/** Something opened by a step. `closed` resolves when it ends by itself, for good; a service can't go on without it. */
export interface Resource extends AsyncDisposable {
  readonly closed?: Promise<Error | undefined>;
}

/** One deadline for the whole stop, below the 30 s that Kubernetes gives a pod by default. */
const STOP_MS = 10_000;

/**
 * The life of a service: opened step by step, each ready before the next, closed in reverse within one deadline. It stops once: every
 * caller gets the same promise, and the first cause is the one that counts.
 */
export class Lifecycle {
  readonly #opened: { readonly name: string; readonly resource: Resource }[] = [];
  readonly #opening = new Set<{ readonly name: string; readonly opened: Promise<unknown> }>();
  readonly #checks = new Map<string, () => boolean | string>();
  readonly #draining = new AbortController();
  readonly #ended = Promise.withResolvers<LifecycleEnd>();
  readonly #onChange: (state: LifecycleState) => void;
  readonly #stopMs: number;
  #state: LifecycleState = { kind: 'starting' };
  #stopping = false;

  constructor(options: { readonly onChange?: (state: LifecycleState) => void; readonly stopMs?: number } = {}) {
    this.#onChange = options.onChange ?? (() => undefined);
    this.#stopMs = options.stopMs ?? STOP_MS;
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** Aborted as soon as the stop begins: whoever takes new work stops taking it. */
  get signal(): AbortSignal {
    return this.#draining.signal;
  }

  /** Resolves when everything is closed. */
  get ended(): Promise<LifecycleEnd> {
    return this.#ended.promise;
  }

  /** What readiness waits for: steps under way and checks that don't hold. */
  waitingFor(): string[] {
    const unmet = [...this.#checks].flatMap(([name, holds]) => unmetBy(name, holds()));
    const opening = [...this.#opening].map(({ name }) => name);
    return [...new Set([...opening, ...unmet])];
  }

  /** Opens one thing and waits until it is there. Steps may be nested; the inner one is closed after the outer. */
  async step<T extends Resource>(name: string, open: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const step = { name, opened: this.#open(name, open) };
    this.#opening.add(step);
    try {
      return await step.opened;
    } finally {
      this.#opening.delete(step);
    }
  }

  /** A condition of readiness beyond the start, such as a connection that is up. A text is why it does not hold, and what to do. */
  check(name: string, holds: () => boolean | string): void {
    this.#checks.set(name, holds);
  }

  /** Runs the steps and then is ready, until the end. A step that fails ends it, and what was opened before is closed. */
  async run(start: (life: this) => Promise<void>): Promise<LifecycleEnd> {
    try {
      await start(this);
      if (this.#state.kind === 'starting') this.#become({ kind: 'ready' });
    } catch (error) {
      void this.fail(error instanceof Error ? error : new Error(String(error)));
    }
    return this.ended;
  }

  /** Stops as intended; `stopped`, unless something does not close in time. */
  stop(why: string): Promise<LifecycleEnd> {
    return this.#stopOnce(why, []);
  }

  /** Stops because of an error, which is then the end's. Does nothing more when the stop is under way. */
  fail(error: Error): Promise<LifecycleEnd> {
    return this.#stopOnce(error.message, [error]);
  }

  async #open<T extends Resource>(name: string, open: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const resource = await open(this.signal);
    if (this.#state.kind === 'stopped' || this.#state.kind === 'failed') {
      // It came after the deadline of the stop: nobody else will close it.
      await resource[Symbol.asyncDispose]();
      throw new Error(`${name} was opened after the stop`);
    }
    this.#opened.push({ name, resource });
    void resource.closed?.then((error) =>
      this.fail(new Error(`${name} ended: ${error?.message ?? 'closed'}`, { cause: error })),
    );
    this.signal.throwIfAborted();
    return resource;
  }

  #stopOnce(why: string, errors: Error[]): Promise<LifecycleEnd> {
    if (!this.#stopping) {
      this.#stopping = true;
      void this.#stop(why, errors);
    }
    return this.ended;
  }

  async #stop(why: string, errors: Error[]): Promise<void> {
    this.#become({ kind: 'draining', why });
    this.#draining.abort(new Error(`stopping: ${why}`));
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, this.#stopMs);
    while (this.#opening.size > 0 && (await this.#withinDeadline(this.#openingSettled(), deadline.promise)));
    for (let next = this.#opened.pop(); next !== undefined; next = this.#opened.pop()) {
      const error = await this.#close(next.name, next.resource, deadline.promise);
      if (error !== undefined) errors.push(error);
    }
    clearTimeout(timer);
    const end = endOf(errors);
    this.#become(end);
    this.#ended.resolve(end);
  }

  async #close(name: string, resource: Resource, deadline: Promise<void>): Promise<Error | undefined> {
    try {
      const closed = await this.#withinDeadline(Promise.resolve(resource[Symbol.asyncDispose]()), deadline);
      return closed ? undefined : new Error(`${name} did not stop within ${this.#stopMs} ms`);
    } catch (cause) {
      return new Error(`${name} did not stop cleanly: ${messageOf(cause)}`, { cause });
    }
  }

  async #openingSettled(): Promise<void> {
    await Promise.allSettled([...this.#opening].map(({ opened }) => opened));
  }

  #withinDeadline(work: Promise<void>, deadline: Promise<void>): Promise<boolean> {
    return Promise.race([work.then(() => true), deadline.then(() => false)]);
  }

  #become(state: LifecycleState): void {
    this.#state = state;
    this.#onChange(state);
  }
}

function unmetBy(name: string, outcome: boolean | string): string[] {
  if (outcome === true) return [];
  return [outcome === false ? name : `${name}: ${outcome}`];
}

function endOf(errors: readonly Error[]): LifecycleEnd {
  const [first] = errors;
  if (first === undefined) return { kind: 'stopped' };
  if (errors.length === 1) return { kind: 'failed', error: first };
  return { kind: 'failed', error: new AggregateError(errors, errors.map(({ message }) => message).join('; ')) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
