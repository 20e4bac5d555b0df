import type {
  Accepted,
  DiagnosisView,
  EvaluationPage,
  EvaluationSpec,
  EvaluationView,
  ProblemDetails,
  RangeDiagnosisView,
} from '@lacuna/contracts';
import { cancelEvaluation, type CancelOptions } from './cancel.ts';
import { events, type EventsOptions, type ServerEvent } from './events.ts';
import { listPages, queryOf, type ListFilters } from './list.ts';
import { openLog, type LogAnswer, type LogOptions } from './log.ts';
import { evaluationPath } from './evaluation-path.ts';
import { Patience } from './patience.ts';
import { batchResults, postSubmission, type BatchResult, type SubmitOptions } from './submit.ts';
import { Transport } from './transport.ts';
import { waitUntilSettled, type WaitOptions } from './wait-until-settled.ts';

/** A minute: longer than a server takes to restart, shorter than a person waits without a word. */
const PATIENCE_MS = 60_000;

/** Which evaluations to diagnose together; all of them must hold. */
export type RangeFilters = Pick<ListFilters, 'since' | 'labels' | 'name' | 'signal'>;

interface ClientOptions {
  /** Address of the server, such as `http://127.0.0.1:4280`. */
  readonly url: string;
  readonly token?: string | undefined;
  /** Milliseconds without success after which a busy or vanished server is given up; 60,000 unless told. */
  readonly patienceMs?: number;
}

/**
 * The HTTP API. Every call throws `Failure` for what the server says (with its code and problems) and `ServerUnreachable`
 * when there is no answer; an abort by the caller's signal is an `AbortError`.
 */
export interface Client {
  /** Submits, at most once whatever happens: retried while the server is busy, always with the same idempotency key. */
  submit(spec: EvaluationSpec, options?: SubmitOptions): Promise<Accepted>;
  /** Submits up to 1,000 specs; one result an item, in order. Retried as {@link Client.submit} is. */
  submitBatch(specs: readonly EvaluationSpec[], options?: SubmitOptions): Promise<readonly BatchResult[]>;
  /** Pages, newest first, fetched as they are asked for. */
  list(filters?: ListFilters): AsyncIterable<EvaluationPage>;
  get(id: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<EvaluationView>;
  /** Ranked causes of one evaluation's state, with the facts for and against each. */
  diagnosis(id: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<DiagnosisView>;
  /** The causes of many, and what the broken ones have in common. */
  diagnoseRange(filters?: RangeFilters): Promise<RangeDiagnosisView>;
  /** The same of the suites of a run, named by any of its evaluations. */
  diagnoseRun(id: string): Promise<RangeDiagnosisView>;
  log(id: string, options?: LogOptions): Promise<LogAnswer>;
  /** Events of one evaluation, or of all; reconnects by itself. */
  events(id?: string, options?: EventsOptions): AsyncIterable<ServerEvent>;
  cancel(id: string, options?: CancelOptions): Promise<void>;
  /** The evaluation with its verdict, as soon as there is one; rejects with `NoVerdict` when a stage is stuck and nothing moves. */
  waitUntilSettled(id: string, options?: WaitOptions): Promise<EvaluationView>;
}

/** A client of one server. Nothing is sent before the first call; throws `invalid-config` for an address that is not a URL. */
export function createClient({ url, token, patienceMs = PATIENCE_MS }: ClientOptions): Client {
  const transport = new Transport(url, token);
  const patience = (signal: AbortSignal | undefined): Patience => new Patience({ forMs: patienceMs, signal });
  const post = <T>(path: string, body: unknown, options: SubmitOptions | undefined): Promise<T> =>
    postSubmission(transport, { path, body: JSON.stringify(body), patienceMs }, options);
  return {
    submit: (spec, options) => post('/v1/evaluations', spec, options),
    submitBatch: async (specs, options) => {
      type Items = { readonly items: readonly (Accepted | ProblemDetails)[] };
      return batchResults((await post<Items>('/v1/evaluations/batch', specs, options)).items);
    },
    list: (filters) => listPages(transport, filters),
    get: (id, options) => transport.json({ path: evaluationPath(id), signal: options?.signal }),
    diagnosis: (id, options) => transport.json({ path: evaluationPath(id, '/diagnosis'), signal: options?.signal }),
    diagnoseRange: ({ signal, ...filters } = {}) =>
      transport.json({ path: `/v1/diagnosis${queryOf(filters)}`, signal }),
    diagnoseRun: (id) => transport.json({ path: `/v1/diagnosis?${new URLSearchParams({ run: id }).toString()}` }),
    log: (id, options) => openLog(transport, { id, patience: patience(options?.signal) }, options),
    events: (id, options) => events(transport, { ...options, id, patience: patience(options?.signal) }),
    cancel: (id, options) => cancelEvaluation(transport, id, options),
    waitUntilSettled: (id, options) =>
      waitUntilSettled(transport, { id, patience: patience(options?.signal) }, options),
  };
}
