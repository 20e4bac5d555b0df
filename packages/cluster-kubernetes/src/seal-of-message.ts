import { SealSchema, SpoolSchema, type Seal, type Spool } from '@lacuna/contracts';
import { Compile } from 'typebox/compile';

const seals = Compile(SealSchema);
const spools = Compile(SpoolSchema);

/** The seal in a termination message; undefined when it holds anything else, such as the last lines of a log. */
export function sealOfMessage(message: string | undefined): Seal | undefined {
  const value = jsonOf(message);
  return seals.Check(value) ? (seals.Clean(value) as Seal) : undefined;
}

/** What the sidecar's termination message says of its spool; undefined when it says nothing of one. */
export function spoolOfMessage(message: string | undefined): Spool | undefined {
  const value = jsonOf(message);
  return spools.Check(value) ? (spools.Clean(value) as Spool) : undefined;
}

function jsonOf(message: string | undefined): unknown {
  if (message?.startsWith('{') !== true) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
