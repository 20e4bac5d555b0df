import type { ContractAttribute, ContractSpan } from '@lacuna/contracts';
import type { ChangedSpan } from './changed-span.ts';
import { contractList, contractText } from './contract-text.ts';
import type { Peer } from './request.ts';
import { requestGroups, storedTraces, type StoredSpan } from './stored-traces.ts';

/** Of these spans, those that Jaeger has with other contents; what it does not have is left out. Throws when Jaeger can't be asked. */
export async function compareStored(
  peer: Peer,
  spans: readonly ContractSpan[],
  signal: AbortSignal,
): Promise<ChangedSpan[]> {
  const byTrace = Map.groupBy(spans, ({ traceId }) => traceId);
  const sizes = new Map([...byTrace].map(([traceId, { length }]) => [traceId, { size: length }]));
  const changed: ChangedSpan[] = [];
  for (const traceIds of requestGroups(sizes)) {
    const found = await storedTraces(peer, traceIds, signal);
    if ('kind' in found) throw new Error(`traces cannot be read back: ${found.message}`);
    for (const traceId of traceIds)
      for (const span of byTrace.get(traceId) ?? []) {
        // One id may have been stored twice, with different contents.
        const what = (found.get(traceId)?.get(span.spanId) ?? []).flatMap((stored) => differences(span, stored));
        if (what.length > 0) changed.push({ span, what: [...new Set(what)] });
      }
  }
  return changed;
}

function differences(span: ContractSpan, stored: StoredSpan): string[] {
  const tags = new Map((stored.tags ?? []).map(({ key, value }) => [key, value]));
  const parent = stored.references?.find(({ refType }) => refType === 'CHILD_OF')?.spanID.padStart(16, '0');
  const isError = tags.get('error') === true;
  const { code, message } = span.status;
  const sameStatus = isError === (code === 'error');
  const sameMessage = !isError || tags.get('otel.status_description') === contractText(message ?? '');
  return [
    ...(stored.operationName === contractText(span.name) ? [] : ['name']),
    ...(parent === span.parentSpanId ? [] : ['parent']),
    ...(sameTimes(span, stored) ? [] : ['times']),
    ...(sameStatus ? [] : ['status']),
    ...(sameStatus && !sameMessage ? ['status message'] : []),
    ...differentAttributes(span.attributes, tags),
  ];
}

/** They leave as whole microseconds, which is what Jaeger keeps. */
function sameTimes({ startMs, endMs }: ContractSpan, { startTime, duration }: StoredSpan): boolean {
  const [start, end] = [Math.round(startMs * 1_000), Math.round(endMs * 1_000)];
  return start === startTime && end - start === duration;
}

/** Attributes that are ours and differ, or are there and should not be. */
function differentAttributes(wanted: ContractSpan['attributes'], tags: ReadonlyMap<string, unknown>): string[] {
  const different = Object.entries(wanted).filter(([name, value]) => !isSame(value, tags.get(name)));
  const extra = [...tags.keys()].filter((name) => name.startsWith('lacuna.') && !Object.hasOwn(wanted, name));
  return [...different.map(([name]) => name), ...extra];
}

/** Jaeger shows a list as its JSON text. */
function isSame(wanted: ContractAttribute, stored: unknown): boolean {
  if (typeof wanted === 'string') return stored === contractText(wanted);
  if (typeof wanted === 'number')
    return Number.isFinite(wanted) ? Number(stored) === wanted : stored === String(wanted);
  return typeof wanted === 'boolean' ? stored === wanted : stored === JSON.stringify(contractList(wanted));
}
