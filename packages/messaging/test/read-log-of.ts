import { expect } from 'vitest';
import type { Bus } from '../src/index.ts';
import type { ReadLogOptions } from '../src/read-log.ts';

/** Reads one log as it is stored, as latin1, and holds that each chunk begins where the one before ended. */
export function readLogOf(subject: string): (bus: Bus, options?: Partial<ReadLogOptions>) => Promise<string> {
  return async (bus, options = {}) => {
    const parts: Uint8Array[] = [];
    let at = options.fromOffset ?? 0;
    const log = bus.readLog(subject, { follow: false, ...options }, AbortSignal.timeout(90_000));
    for await (const { offset, bytes } of log) {
      expect(offset).toBe(at);
      at += bytes.length;
      parts.push(bytes);
    }
    return Buffer.concat(parts).toString('latin1');
  };
}
