import { Failure } from '@lacuna/contracts';

/** Longest key, in characters: as with other APIs that take one. */
const LONGEST = 255;

/**
 * Checks an idempotency key as a header carries it. Beyond ASCII the same key would be another one over HTTP, whose headers are bytes without an encoding, than over
 * NATS, whose are UTF-8. Throws `Failure('invalid-header')`.
 */
export function assertIdempotencyKey(key: string, header: string): void {
  const problem = problemOf(key);
  if (problem !== undefined)
    throw new Failure('invalid-header', `${header} ${problem}`, { problems: [{ where: header, message: problem }] });
}

function problemOf(key: string): string | undefined {
  if (key.trim() === '') return 'is empty; leave it out, or send 1 to 255 characters';
  if (key.length > LONGEST) return `has ${key.length} characters; at most ${LONGEST} are allowed`;
  return /[^ -~]/.test(key)
    ? 'may hold only letters, digits, punctuation and spaces of ASCII (0x20 to 0x7e)'
    : undefined;
}
