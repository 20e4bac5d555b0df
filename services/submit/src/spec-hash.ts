import { createHash } from 'node:crypto';
import type { EvaluationSpec } from '@lacuna/contracts';

/** sha256 of a spec with its env values, in hex; the order of its fields does not count. Tells a repeated submission from a different one. */
export function specHash(spec: EvaluationSpec): string {
  return createHash('sha256').update(canonicalJson(spec)).digest('hex');
}

/** JSON with the fields of every object in one order. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = value as Readonly<Record<string, unknown>>;
  const entries = Object.keys(fields)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(fields[name])}`);
  return `{${entries.join(',')}}`;
}
