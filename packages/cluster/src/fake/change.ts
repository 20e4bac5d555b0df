/** Something that others wait for to change, again and again. */
export class Change {
  #next = Promise.withResolvers<void>();

  tell(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /** Resolves at the next change, or when the signal is aborted. */
  async wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = this.#next;
    const wake = (): void => resolve();
    signal.addEventListener('abort', wake);
    await promise;
    signal.removeEventListener('abort', wake);
  }
}
