import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '@lacuna/contracts';
import { ServerUnreachable } from './server-unreachable.ts';

/** First and longest wait between two attempts, in milliseconds: quick enough not to be noticed, slow enough not to be a load. */
const FIRST_MS = 100;
const LONGEST_MS = 2_000;

interface PatienceOptions {
  /** Milliseconds without any success after which the last error is thrown. */
  readonly forMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait. */
  readonly onRetry?: ((error: Error, waitMs: number) => void) | undefined;
}

/**
 * Waits between attempts to reach a server, longer each time, or as long as the server asks for. A server that never
 * answered is not waited for: it is most likely not running, and the person should know at once.
 */
export class Patience {
  readonly #options: PatienceOptions;
  #answered = false;
  #failures = 0;
  #giveUpAt: number;

  constructor(options: PatienceOptions) {
    this.#options = options;
    this.#giveUpAt = performance.now() + options.forMs;
  }

  /** The server answered as it should; patience is whole again. */
  succeeded(): void {
    this.#answered = true;
    this.#failures = 0;
    this.#giveUpAt = performance.now() + this.#options.forMs;
  }

  /** Resolves when it is time for another attempt; rejects when the signal aborts, and throws the error when another attempt makes no sense or patience is over. */
  async failed(error: unknown, signal = this.#options.signal): Promise<void> {
    if (!this.#mayPass(error)) throw error;
    if (this.#failures === 0) this.#giveUpAt = performance.now() + this.#options.forMs;
    const backOffMs = Math.min(FIRST_MS * 2 ** this.#failures++, LONGEST_MS);
    const waitMs = (error instanceof Failure ? error.retryAfterMs : undefined) ?? backOffMs;
    if (performance.now() + waitMs > this.#giveUpAt) throw error;
    this.#options.onRetry?.(error, waitMs);
    await delay(waitMs, undefined, { signal });
  }

  #mayPass(error: unknown): error is Error {
    if (error instanceof ServerUnreachable) return error.kind === 'lost' || this.#answered;
    if (!(error instanceof Failure)) return false;
    this.#answered = true;
    return error.disposition === 'retry';
  }
}
