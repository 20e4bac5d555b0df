/**
 * Why a request has no answer. Only `no-responders` says that nothing happened; after the others the outcome is unknown. `behind`: who answered does not
 * have yet what was asked for.
 */
type Silence = 'timeout' | 'disconnected' | 'no-responders' | 'closed' | 'behind';

/** A request that was not answered. Whoever must know the outcome asks again or reads back. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly why: Silence;

  constructor(why: Silence, subject: string) {
    super(`no answer on ${subject}: ${why}`);
    this.why = why;
  }
}
