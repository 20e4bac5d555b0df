import { createHash } from 'node:crypto';

declare const brand: unique symbol;
/** `ev-` and 26 characters of Crockford base32 in lower case (128 bits): valid as a DNS-1123 name, a NATS token and a URL segment. */
export type EvaluationId = string & { readonly [brand]: 'EvaluationId' };

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** An id as a schema has it. */
export const EVALUATION_ID_PATTERN = '^ev-[0-9a-hjkmnp-tv-z]{26}$';
const PATTERN = new RegExp(EVALUATION_ID_PATTERN);

/** An id from 16 bytes; the caller brings the randomness. */
export function evaluationIdFrom(bytes: Uint8Array): EvaluationId {
  if (bytes.length < 16) throw new RangeError(`an evaluation id needs 16 bytes, got ${bytes.length}`);
  let value = 0n;
  for (let i = 0; i < 16; i++) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  let text = '';
  for (let i = 0; i < 26; i++, value >>= 5n) text = ALPHABET.charAt(Number(value & 31n)) + text;
  return `ev-${text}` as EvaluationId;
}

/** The id that an idempotency key stands for: the same key always names the same evaluation, on every replica, for ever. */
export function evaluationIdForKey(key: string): EvaluationId {
  return evaluationIdFrom(createHash('sha256').update('lacuna/idempotency-key/').update(key).digest());
}

/** Whether a text from outside is an evaluation id; anything else must not reach a subject or a path. */
export function isEvaluationId(text: string): text is EvaluationId {
  return PATTERN.test(text);
}
