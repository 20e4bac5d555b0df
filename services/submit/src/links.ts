import { traceIdOf, type EvaluationId, type Links } from '@lacuna/contracts';

export type LinksOf = (id: EvaluationId) => Links;
export type TraceLink = (traceId: string) => string;

/** Where to find what belongs to an evaluation, given the address of the API and where traces are. */
export function linksAt(publicUrl: string, traceLink: TraceLink): LinksOf {
  const api = `${withoutSlash(publicUrl)}/v1/evaluations/`;
  return (id) => {
    const self = `${api}${id}`;
    return { self, log: `${self}/log`, events: `${self}/events`, trace: traceLink(traceIdOf(id)) };
  };
}

/** Where a trace is shown, given the address of Jaeger; its id when none is known. */
export function tracesAt(jaegerUrl: string | undefined): TraceLink {
  const traces = jaegerUrl === undefined ? '' : `${withoutSlash(jaegerUrl)}/trace/`;
  return (traceId) => `${traces}${traceId}`;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
