import type { Observation } from '@lacuna/cluster';
import { evidenceCollections, explainingCollections } from './collections.ts';
import { EvidenceObserver } from './evidence-observer.ts';
import { ExplanationObserver } from './explanation-observer.ts';
import { merge } from './merge.ts';
import type { WatchDeps } from './watch-loop.ts';

interface ObserveDeps extends WatchDeps {
  readonly namespace: string;
}

/**
 * Lists and watches until the signal is aborted or the connection is closed. Jobs and pods are one observation, because each explains the
 * other; events and nodes are each observed apart, so that being refused them, or losing them, touches nothing of what is known.
 */
export async function* observe(deps: ObserveDeps, signal: AbortSignal): AsyncGenerator<Observation> {
  const abort = new AbortController();
  const end = AbortSignal.any([signal, deps.connection.closed, abort.signal]);
  const evidence = new EvidenceObserver(deps, evidenceCollections(deps.namespace));
  const explanations = explainingCollections(deps.namespace).map((one) => new ExplanationObserver(deps, one));
  try {
    const sources = [evidence, ...explanations].map((observer) => observer.observe(end));
    for await (const observation of merge(sources, end)) {
      if (end.aborted) return;
      yield observation;
    }
  } finally {
    abort.abort();
  }
}
