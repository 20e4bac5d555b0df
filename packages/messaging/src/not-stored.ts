import { Failure, RETRY_AFTER_MS } from '@lacuna/contracts';

/** The stream has refused a message, and no other attempt at it is open: it is not stored and will not be. Every other failure to store leaves that open. */
export class NotStored extends Failure {
  constructor(cause: Error) {
    super('overloaded', cause.message, { cause, retryAfterMs: RETRY_AFTER_MS });
  }
}
