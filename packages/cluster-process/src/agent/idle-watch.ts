import type { Server } from 'node:net';

/** Tells when there has been no connection and no work for a while. */
export class IdleWatch {
  /** Resolves at the end of the first idle time that lasted. */
  readonly idle: Promise<void>;
  readonly #isBusy: () => boolean;
  readonly #idleMs: number;
  readonly #done = Promise.withResolvers<void>();
  #connections = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(server: Server, idleMs: number, isBusy: () => boolean) {
    this.idle = this.#done.promise;
    this.#isBusy = isBusy;
    this.#idleMs = idleMs;
    server.on('connection', (connection) => {
      this.#connections++;
      this.check();
      connection.on('close', () => {
        this.#connections--;
        this.check();
      });
    });
    this.check();
  }

  /** To be called when work has ended. */
  check(): void {
    clearTimeout(this.#timer);
    if (this.#connections === 0 && !this.#isBusy()) this.#timer = setTimeout(this.#done.resolve, this.#idleMs);
  }
}
