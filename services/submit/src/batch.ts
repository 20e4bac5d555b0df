import {
  Failure,
  parseJsonBytes,
  parseSpec,
  problemDetails,
  SPEC_LIMITS,
  type Accepted,
  type EvaluationSpec,
  type ProblemDetails,
} from '@lacuna/contracts';
import type { Acceptor, Submission } from './accept.ts';

/** Limits of a batch: the documented interface. */
export const BATCH_LIMITS = { items: 1_000, bytes: 8 * 1024 * 1024 } as const;

/** Items of one batch that wait for the stream at a time, so that others get in between. */
const AT_ONCE = 64;

/** What became of one item. */
type BatchItem = (Accepted & { readonly status: 202 }) | ProblemDetails;

/** The specs of a batch, not looked into yet. Throws a `Failure` when it is none. */
export function parseBatch(bytes: Uint8Array): unknown[] {
  const value = parseJsonBytes(bytes, BATCH_LIMITS.bytes);
  if (!Array.isArray(value))
    throw new Failure('invalid-spec', 'the body must be a list of evaluation specs, such as [{"command": ["true"]}]');
  if (value.length === 0) throw new Failure('invalid-spec', 'the batch is empty; give at least one evaluation spec');
  if (value.length > BATCH_LIMITS.items)
    throw new Failure('too-large', `the batch has ${value.length} specs; the limit is ${BATCH_LIMITS.items}`);
  return value;
}

/**
 * Accepts each spec by itself; one result an item, in order. The items' keys are `<key>/<index>`. Once one finds the stream
 * overloaded the rest is refused without trying; when that leaves nothing accepted, the whole is refused (`Failure('overloaded')`).
 */
export async function acceptBatch(
  acceptor: Pick<Acceptor, 'accept'>,
  specs: readonly unknown[],
  about: Pick<Submission, 'arrivedAt' | 'key' | 'traceparent'>,
): Promise<BatchItem[]> {
  const items: BatchItem[] = [];
  let overloaded: Failure | undefined;
  const acceptOne = async (spec: unknown, index: number): Promise<BatchItem> => {
    if (overloaded !== undefined) return problemDetails(overloaded);
    try {
      const key = about.key === undefined ? undefined : `${about.key}/${index}`;
      const accepted = await acceptor.accept({ ...about, key, via: 'http', parse: () => parseItem(spec) });
      return { status: 202, ...accepted };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.code === 'overloaded') overloaded ??= error;
      return problemDetails(error);
    }
  };
  for (let start = 0; start < specs.length; start += AT_ONCE) {
    const wave = specs.slice(start, start + AT_ONCE).map((spec, offset) => acceptOne(spec, start + offset));
    items.push(...(await Promise.all(wave)));
  }
  if (overloaded !== undefined && items.every(({ status }) => status === overloaded?.status)) throw overloaded;
  return items;
}

/** The size first: to list what is wrong with a spec of 8 MiB keeps everybody else waiting for seconds. */
function parseItem(value: unknown): EvaluationSpec {
  const bytes = bytesOf(value);
  if (bytes !== undefined && bytes > SPEC_LIMITS.bytes)
    throw new Failure('too-large', `the spec has ${bytes} bytes; the limit is ${SPEC_LIMITS.bytes}`);
  return parseSpec(value);
}

/** As JSON; undefined when it is nested too deep to be written, and so is no spec. */
function bytesOf(value: unknown): number | undefined {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    return undefined;
  }
}
