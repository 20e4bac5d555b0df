import { Failure } from '@lacuna/contracts';
import { backoff } from './backoff.ts';

/** How a delivery ends whose handler has failed. */
export type Settlement =
  /** Again, after a delay. */
  | { readonly kind: 'retried'; readonly delayMs: number }
  /** Never again: it goes to `LACUNA_DEAD`, with the reason. */
  | { readonly kind: 'dead'; readonly reason: string };

/** What fails again and again comes again at least so often, so that it is done soon after it can be. Milliseconds. */
const LONGEST_DELAY_MS = 30_000;
/** From this delivery on a message that makes its handler break is poison. Counted by the stream, so it survives a crash. */
const POISONOUS_DELIVERY = 3;

/** Decides by the error's disposition; what is not a `Failure` is a bug. */
export function settlementOf(error: unknown, deliveries: number): Settlement {
  const disposition = error instanceof Failure ? error.disposition : 'bug';
  switch (disposition) {
    case 'rejected':
    case 'failed':
      return { kind: 'dead', reason: reasonOf(error) };
    case 'retry':
      return retried(error instanceof Failure ? error.retryAfterMs : undefined, deliveries);
    case 'bug':
      return deliveries >= POISONOUS_DELIVERY
        ? { kind: 'dead', reason: reasonOf(error) }
        : retried(undefined, deliveries);
  }
}

function retried(wishedMs: number | undefined, deliveries: number): Settlement {
  return { kind: 'retried', delayMs: wishedMs ?? backoff(deliveries - 1, 250, LONGEST_DELAY_MS) };
}

function reasonOf(error: unknown): string {
  if (error instanceof Failure) return `${error.code}: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
