/** Aborts when nothing was heard for too long; deaf while the listener is busy, because then it is not the speaker who is silent. */
export class Inactivity implements Disposable {
  readonly #abort = new AbortController();
  readonly #limitMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.listen();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  listen(): void {
    this.pause();
    this.#timer = setTimeout(() => {
      this.#abort.abort(new Error(`nothing was heard for ${this.#limitMs} ms`));
    }, this.#limitMs);
  }

  pause(): void {
    clearTimeout(this.#timer);
  }

  [Symbol.dispose](): void {
    this.pause();
  }
}
