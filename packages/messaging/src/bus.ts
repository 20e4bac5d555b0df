import type { Alert, CdEvent, EnvPlace, EvaluationId, Fact, ReaderState } from '@lacuna/contracts';
import { awaitFact } from './await-fact.ts';
import { compact, type CompactOutcome } from './compact.ts';
import { Connection, type ConnectionStatus } from './connection.ts';
import { sendDead, type DeadLetter } from './dead.ts';
import { dial, type DialOptions } from './dial.ts';
import { doneUpTo, type DoneUpTo } from './done-up-to.ts';
import { deleteEnv, keptEnv, putEnv, readEnv, type EnvValues, type KeptEnv } from './env.ts';
import type { FailurePolicy } from './fail-delivery.ts';
import { follow, type CaughtUp, type FollowOptions } from './follow.ts';
import { followOpen, type Compacted } from './follow-open.ts';
import { readHistory, type History } from './history.ts';
import type { LogChunk, LogEnd } from './log-chunk.ts';
import { logStoreState, purgeLog, storedLogs, type LogStoreState } from './log-store.ts';
import { logEnd } from './log-end.ts';
import { LogWriter } from './log-writer.ts';
import { provision, type ProvisionOptions } from './provision.ts';
import { publishAlert } from './publish-alert.ts';
import { publishCdEvent } from './publish-cd-event.ts';
import { publishFact, type PublishOutcome } from './publish-fact.ts';
import { readFact } from './read-fact.ts';
import { readFacts } from './read-facts.ts';
import { readers } from './readers.ts';
import { readLog, type ReadLogOptions } from './read-log.ts';
import type { RecordedFact } from './recorded-fact.ts';
import { serve, type RequestHandler, type ServiceEndpoint } from './serve.ts';
import { unreadConsumers, type UnreadConsumer } from './unread-consumers.ts';
import { workBatch, type BatchConsumer, type BatchHandler } from './work-batch.ts';
import { workIntake, type IntakeHandler } from './work-intake.ts';
import { work, type FactConsumer, type FactHandler } from './work.ts';

/** All that a service does over NATS. Each method is the function of the same name, where it is described, on one connection. */
export interface Bus extends AsyncDisposable {
  /** For readiness. */
  readonly status: ConnectionStatus;
  /** Resolves when the connection is closed for good, with the error if it was not our own doing: the process must end. */
  readonly closed: Promise<Error | undefined>;
  provision(options?: ProvisionOptions): Promise<void>;
  publishFact(fact: Fact, options?: { readonly deadlineMs?: number }): Promise<PublishOutcome>;
  readFact(subject: string): Promise<RecordedFact | undefined>;
  readFacts(id: EvaluationId, upTo?: number): Promise<RecordedFact[]>;
  awaitFact(subject: string, signal: AbortSignal): Promise<RecordedFact>;
  follow(options: FollowOptions, signal: AbortSignal): AsyncGenerator<RecordedFact | CaughtUp, void, undefined>;
  followOpen(
    options: Pick<FollowOptions, 'types'>,
    signal: AbortSignal,
  ): AsyncGenerator<RecordedFact | CaughtUp | Compacted, void, undefined>;
  readHistory(id: EvaluationId): Promise<History>;
  compact(history: History, now: number): Promise<CompactOutcome>;
  doneUpTo(): Promise<DoneUpTo[]>;
  unreadConsumers(): Promise<UnreadConsumer[]>;
  work(
    consumer: FactConsumer & { readonly concurrency: number },
    handler: FactHandler,
    signal: AbortSignal,
  ): Promise<void>;
  workBatch(consumer: BatchConsumer, handler: BatchHandler, signal: AbortSignal): Promise<void>;
  workIntake(
    consumer: FailurePolicy & { readonly concurrency: number },
    handler: IntakeHandler,
    signal: AbortSignal,
  ): Promise<void>;
  openLog(subject: string, container: string): Promise<LogWriter>;
  logEnd(subject: string): Promise<LogEnd>;
  readLog(subject: string, options: ReadLogOptions, signal: AbortSignal): AsyncGenerator<LogChunk, void, undefined>;
  logStoreState(): Promise<LogStoreState>;
  storedLogs(): Promise<string[]>;
  purgeLog(subject: string): Promise<void>;
  readers(): Promise<ReaderState[]>;
  putEnv(place: EnvPlace, values: EnvValues): Promise<void>;
  readEnv(place: EnvPlace): Promise<EnvValues | undefined>;
  keptEnv(): AsyncGenerator<KeptEnv, void, undefined>;
  deleteEnv(whose: EnvPlace | EvaluationId): Promise<void>;
  publishAlert(alert: Alert): Promise<void>;
  publishCdEvent(event: CdEvent): Promise<void>;
  dead(service: string, letter: DeadLetter): Promise<void>;
  serve(
    endpoint: ServiceEndpoint & { readonly onBug: (error: unknown) => void },
    handler: RequestHandler,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Connects, waiting for the server until `options.signal` aborts. Throws `Failure('invalid-config')` when the credentials are refused. */
export async function connectBus(options: DialOptions): Promise<Bus> {
  return busOn(new Connection(await dial(options), options.name, options.signal));
}

function busOn(connection: Connection): Bus {
  return {
    get status() {
      return connection.status;
    },
    closed: connection.closed,
    provision: (options = {}) => provision(connection, options),
    publishFact: (fact, options) => publishFact(connection, fact, options?.deadlineMs),
    readFact: (subject) => readFact(connection, subject),
    readFacts: (id, upTo) => readFacts(connection, id, upTo),
    awaitFact: (subject, signal) => awaitFact(connection, subject, signal),
    follow: (options, signal) => follow(connection, options, signal),
    followOpen: (options, signal) => followOpen(connection, options, signal),
    readHistory: (id) => readHistory(connection, id),
    compact: (history, now) => compact(connection, history, now),
    doneUpTo: () => doneUpTo(connection),
    unreadConsumers: () => unreadConsumers(connection),
    work: (consumer, handler, signal) => work(connection, consumer, handler, signal),
    workBatch: (consumer, handler, signal) => workBatch(connection, consumer, handler, signal),
    workIntake: (consumer, handler, signal) => workIntake(connection, consumer, handler, signal),
    openLog: (subject, container) => LogWriter.open(connection, subject, container),
    logEnd: (subject) => logEnd(connection, subject),
    readLog: (subject, options, signal) => readLog(connection, subject, options, signal),
    logStoreState: () => logStoreState(connection),
    storedLogs: () => storedLogs(connection),
    purgeLog: (subject) => purgeLog(connection, subject),
    readers: () => readers(connection),
    putEnv: (place, values) => putEnv(connection, place, values),
    readEnv: (place) => readEnv(connection, place),
    keptEnv: () => keptEnv(connection),
    deleteEnv: (whose) => deleteEnv(connection, whose),
    publishAlert: (alert) => publishAlert(connection, alert),
    publishCdEvent: (event) => publishCdEvent(connection, event),
    dead: (service, letter) => sendDead(connection, service, letter),
    serve: (endpoint, handler, signal) => serve(connection, endpoint, handler, signal),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}
