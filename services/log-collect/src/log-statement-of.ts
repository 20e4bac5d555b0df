import type { LogStatement, Seal } from '@lacuna/contracts';

/** What was captured, counted over the stored bytes. */
export interface Captured {
  readonly bytes: number;
  readonly lines: number;
  readonly sha256: string;
}

/** What happened on the way: re-reads that were made after the end, and why reading stopped early, if it did. */
export interface CaptureHistory {
  readonly tried: readonly string[];
  /** Set when the source said that it cannot give more, or could not be asked any longer. */
  readonly sourceFailure?: string;
}

/**
 * The statement that closes a log. The seal is a second witness that did not travel with the log: equality is proof, a difference is
 * the exact number of bytes lost (invariant I4: never `sealed` when one byte differs, never a silent loss).
 */
export function logStatementOf(
  captured: Captured,
  seal: Seal | undefined,
  { tried, sourceFailure }: CaptureHistory,
): LogStatement {
  const counted = { bytes: captured.bytes, lines: captured.lines, sha256: captured.sha256, tried: [...tried] };
  if (seal === undefined) {
    const reason = `no seal came with the end of the container${sourceFailure === undefined ? '' : `; ${sourceFailure}`}`;
    return { ...counted, state: captured.bytes === 0 && sourceFailure !== undefined ? 'none' : 'unsealed', reason };
  }
  const sealed = { ...counted, sealedBytes: seal.bytes };
  if (seal.bytes === captured.bytes && seal.sha256 === captured.sha256) return { ...sealed, state: 'sealed' };
  if (captured.bytes < seal.bytes) {
    const lost = seal.bytes - captured.bytes;
    const where = `log cut after byte ${thousands(captured.bytes)}: ${thousands(lost)} of ${thousands(seal.bytes)} bytes lost`;
    return {
      ...sealed,
      state: 'truncated',
      lost: { from: captured.bytes, to: seal.bytes },
      reason: `${where}; ${whoDropped(tried, sourceFailure)}`,
    };
  }
  const difference =
    captured.bytes === seal.bytes
      ? 'the same number of bytes, but not the same bytes'
      : `${thousands(captured.bytes - seal.bytes)} bytes more than the program had written`;
  return { ...sealed, state: 'mismatch', reason: `the log does not match its seal: ${difference}` };
}

function whoDropped(tried: readonly string[], sourceFailure: string | undefined): string {
  if (sourceFailure !== undefined) return sourceFailure;
  return tried.length > 0 ? 'dropped by the runtime: every re-read ends at the same byte' : 'not read again';
}

/** Groups of three, for people who compare byte counts. */
function thousands(value: number): string {
  return value.toLocaleString('en-US').replaceAll(',', ' ');
}
