import { traceIdOf, type EvaluationId, type Links } from '@lacuna/contracts';

export type LinksOf = (id: EvaluationId) => Links;
/** Where a trace is shown; its id when that is not known. */
export type TraceLink = (traceId: string) => string;

/** Where to find what belongs to an evaluation, given the address of the API and where traces are. */
export function linksAt(publicUrl: string, traceLink: TraceLink): LinksOf {
  const api = `${publicUrl.replace(/\/+$/, '')}/v1/evaluations/`;
  return (id) => {
    const self = `${api}${id}`;
    return { self, log: `${self}/log`, events: `${self}/events`, trace: traceLink(traceIdOf(id)) };
  };
}
