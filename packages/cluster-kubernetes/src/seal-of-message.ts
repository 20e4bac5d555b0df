import { SealSchema, SpoolSchema, type Seal, type Spool } from '@lacuna/contracts';
import { Type, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

const seals = Compile(SealSchema);
const spools = Compile(SpoolSchema);

/** The seal in a termination message; undefined when it holds anything else, such as the last lines of a log. */
export function sealOfMessage(message: string | undefined): Seal | undefined {
  const value = jsonOf(message);
  return seals.Check(value) ? (declared(value, SealSchema) as Seal) : undefined;
}

/** What the sidecar's termination message says of its spool; undefined when it says nothing of one. */
export function spoolOfMessage(message: string | undefined): Spool | undefined {
  const value = jsonOf(message);
  return spools.Check(value) ? (declared(value, SpoolSchema) as Spool) : undefined;
}

/** What the schema declares of a value that it allows. Typebox's own `Clean` sorts the schema anew each time: 50 µs, for each event of a pod. */
function declared(value: unknown, schema: TSchema): unknown {
  if (!Type.IsObject(schema)) return value;
  const fields = Object.entries(value as Readonly<Record<string, unknown>>);
  const known = fields.filter(([name]) => Object.hasOwn(schema.properties, name));
  return Object.fromEntries(known.map(([name, of]) => [name, declared(of, schema.properties[name] as TSchema)]));
}

function jsonOf(message: string | undefined): unknown {
  if (message?.startsWith('{') !== true) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
