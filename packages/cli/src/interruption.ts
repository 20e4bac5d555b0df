/** By the shells' convention: 128 and the number of SIGINT. */
export const INTERRUPTED_EXIT_CODE = 130;

/** Ctrl-C as an abort signal, while it is not disposed. A second Ctrl-C ends the process at once, as everywhere. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #onInterrupt = (): void => this.#controller.abort();

  constructor() {
    process.once('SIGINT', this.#onInterrupt);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get happened(): boolean {
    return this.#controller.signal.aborted;
  }

  [Symbol.dispose](): void {
    process.removeListener('SIGINT', this.#onInterrupt);
  }
}
