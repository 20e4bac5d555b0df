import { Failure } from '@lacuna/contracts';

/** What a store that can't do its work now throws: whoever wanted it tries again later, and nothing is given up. */
export function storeUnavailable(name: string, action: string, cause: unknown): Failure {
  const words = cause instanceof Error ? reasonOf(cause) : String(cause);
  return new Failure('overloaded', `the log archive ${name} could not be ${action}: ${words}`, { cause });
}

/** `fetch failed` says nothing; what it was caused by does. */
function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error && cause.message !== '' ? `${message} (${cause.message})` : message;
}
