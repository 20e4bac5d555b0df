import { hash } from 'node:crypto';
import { EvaluationSpecSchema, SPEC_LIMITS } from './evaluation-spec.ts';
import { parseJsonBytes } from './parse-spec.ts';

/** As far as it matters what a schema says. */
interface Shape {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, object>>;
  /** By the form of their names. */
  readonly patternProperties?: Readonly<Record<string, object>>;
}

/** Stands for what may be a secret. */
const NOT_KEPT = '(not kept)';

/**
 * What may be kept for ever of a submission that was refused, for whoever has to explain and to mend it: the fields of a spec, and the names of env variables,
 * of labels and of unknown fields, but not what these hold. Of what is no JSON object, or longer than a spec may be, only the length and the sha256, by which its
 * sender knows it.
 */
export function keptOfRefused(bytes: Uint8Array): Uint8Array {
  const kept = keptSpec(bytes) ?? JSON.stringify({ notKept: { bytes: bytes.length, sha256: hash('sha256', bytes) } });
  return new TextEncoder().encode(kept);
}

function keptSpec(bytes: Uint8Array): string | undefined {
  const value = jsonOf(bytes);
  if (!isRecord(value)) return undefined;
  const kept = JSON.stringify(keptOf(value, EvaluationSpecSchema));
  return kept.length > SPEC_LIMITS.bytes ? undefined : kept;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return parseJsonBytes(bytes, SPEC_LIMITS.bytes);
  } catch {
    return undefined;
  }
}

function keptOf(value: unknown, shape: Shape | undefined): unknown {
  if (shape?.type === 'object' && isRecord(value)) return keptFields(value, shape);
  if (shape === undefined || shape.type === 'object' || isRecord(value)) return NOT_KEPT;
  return Array.isArray(value) && value.some((item) => typeof item === 'object') ? NOT_KEPT : value;
}

function keptFields(record: object, { properties: known = {}, patternProperties = {} }: Shape): object {
  const forms = Object.keys(patternProperties).map((form) => new RegExp(form));
  // What stands in the place of a name may be a secret too: `TOKEN=abc`.
  const kept = (name: string): string => (forms.every((form) => form.test(name)) ? name : NOT_KEPT);
  const shapeOf = (name: string): Shape | undefined => (Object.hasOwn(known, name) ? known[name] : undefined);
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [kept(name), keptOf(value, shapeOf(name))]));
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
