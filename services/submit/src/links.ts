import { traceIdOf, type EvaluationId, type Links } from '@lacuna/contracts';

export type LinksOf = (id: EvaluationId) => Links;

/** Where to find what belongs to an evaluation, given the address of the API and, if known, that of Jaeger. */
export function linksAt(publicUrl: string, jaegerUrl: string | undefined): LinksOf {
  const api = `${withoutSlash(publicUrl)}/v1/evaluations/`;
  const traces = jaegerUrl === undefined ? '' : `${withoutSlash(jaegerUrl)}/trace/`;
  return (id) => {
    const self = `${api}${id}`;
    return { self, log: `${self}/log`, events: `${self}/events`, trace: `${traces}${traceIdOf(id)}` };
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
