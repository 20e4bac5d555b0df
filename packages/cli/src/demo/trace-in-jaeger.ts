import { setTimeout as delay } from 'node:timers/promises';

/** The part of Jaeger's answer that is looked at. */
interface JaegerSpan {
  readonly operationName: string;
  readonly references: readonly { readonly refType: string }[];
  readonly tags: readonly { readonly key: string; readonly value: unknown }[];
}

/** What Jaeger shows of a trace. */
export interface TraceInJaeger {
  /** How many root spans it has. */
  readonly roots: number;
  /** Names of the spans that are red, the root's aside. */
  readonly errorSpans: readonly string[];
}

/** Reads a trace back through Jaeger's query API until its root is there; the exporter is asynchronous. Without a root when that does not come. */
export async function traceInJaeger(jaegerUrl: string, traceId: string, withinMs = 60_000): Promise<TraceInJaeger> {
  for (const deadline = performance.now() + withinMs; performance.now() < deadline; await delay(100)) {
    const answer = await fetch(`${jaegerUrl}/api/traces/${traceId}`).catch(() => undefined);
    if (answer?.status !== 200) continue;
    const { data } = (await answer.json()) as { data: { spans: JaegerSpan[] }[] };
    const contract = (data[0]?.spans ?? []).filter((span) => tag(span, 'lacuna.evaluation.id') !== undefined);
    const roots = contract.filter((span) => !span.references.some(({ refType }) => refType === 'CHILD_OF'));
    if (roots.length === 0) continue;
    const red = contract.filter((span) => tag(span, 'error') === true && !roots.includes(span));
    return { roots: roots.length, errorSpans: red.map((span) => span.operationName) };
  }
  return { roots: 0, errorSpans: [] };
}

function tag(span: JaegerSpan, key: string): unknown {
  return span.tags.find((one) => one.key === key)?.value;
}
