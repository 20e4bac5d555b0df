import { SealSchema, type Seal } from '@lacuna/contracts';
import { Compile } from 'typebox/compile';

const schema = Compile(SealSchema);

/** The seal in a termination message; undefined when it holds anything else, such as the last lines of a log. */
export function sealOfMessage(message: string | undefined): Seal | undefined {
  if (message?.startsWith('{') !== true) return undefined;
  try {
    const value: unknown = JSON.parse(message);
    return schema.Check(value) ? (schema.Clean(value) as Seal) : undefined;
  } catch {
    return undefined;
  }
}
