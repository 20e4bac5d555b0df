import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Failure } from '@lacuna/contracts';

/** Hashes of the bearer tokens that let somebody in. */
export type TokenHashes = readonly Buffer[];

/** Reads the hashes: sha256 in hex, one a line; empty lines and those that begin with `#` don't count. Throws `Failure('invalid-config')`. */
export function readTokenHashes(path: string): TokenHashes {
  const lines = textOf(path)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const bad = lines.findIndex((line) => !/^[0-9a-f]{64}$/i.test(line));
  if (bad >= 0) throw new Failure('invalid-config', `${path}: entry ${bad + 1} is not a sha256 in hex`);
  if (lines.length === 0) throw new Failure('invalid-config', `${path} holds no token, so nobody could get in`);
  return lines.map((line) => Buffer.from(line, 'hex'));
}

/**
 * What a 401 asks for, each in a header of its own, as Chromium wants it. A browser understands `Basic`, and from then on sends what its user has
 * typed with all that the page asks for, events and links too. Another site can't use that: whatever changes something takes a JSON body or a
 * `DELETE`, for which a browser asks first.
 */
export const CHALLENGES = ['Bearer', 'Basic realm="Lacuna: any name, and the token as password", charset="UTF-8"'];

/** Whether an `Authorization` header carries one of the tokens; takes as long for a near miss as for any other. */
export function isAuthorized(header: string | undefined, hashes: TokenHashes): boolean {
  const token = tokenOf(header ?? '');
  if (token === undefined) return false;
  const hash = createHash('sha256').update(token).digest();
  return hashes.reduce((found, known) => timingSafeEqual(hash, known) || found, false);
}

function tokenOf(header: string): string | undefined {
  const [, scheme, sent] = /^(Bearer|Basic) +([^ ]+) *$/i.exec(header) ?? [];
  if (scheme === undefined || sent === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return sent;
  return /^[^:]*:(.+)$/s.exec(Buffer.from(sent, 'base64').toString())?.[1];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Failure('invalid-config', `the tokens can't be read: ${(cause as Error).message}`, { cause });
  }
}
