import { join } from 'node:path';
import { parseDeadlines, SUBJECTS, type EvaluationId } from '@lacuna/contracts';
import { openLogArchive } from '@lacuna/log-archive';
import {
  assertLoopbackOrAuth,
  logFailure,
  runningUntil,
  traceLink,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
} from '@lacuna/service-kit';
import { Acceptor, OUTCOMES, type AcceptOptions } from './accept.ts';
import { answerRequest } from './answer-request.ts';
import { SubmitConfigSchema } from './config.ts';
import { Followers } from './http/followers.ts';
import { listen } from './http/listen.ts';
import { readTokenHashes } from './http/tokens.ts';
import { linksAt, type LinksOf, type TraceLink } from './links.ts';
import { Projector } from './read-model/projector.ts';
import { ReadModel } from './read-model/read-model.ts';
import { takeIntake } from './take-intake.ts';
import { VERSION } from './version.ts';

/** The wiring of submit: one acceptor behind HTTP, NATS requests and the durable intake, and a read model that follows the facts. */
export const submit: ServiceDefinition<typeof SubmitConfigSchema> = {
  name: 'submit',
  config: SubmitConfigSchema,
  answersProbes: true,
  start,
};

type Context = ServiceContext<typeof SubmitConfigSchema>;

/** Messages of the durable intake that are accepted side by side. */
const INTAKE_CONCURRENCY = 32;

async function start(context: Context): Promise<RunningService> {
  const { bus, config, log, signal, check, step } = context;
  const { host, port, publicUrl = urlOf(host, port) } = config;
  const tokens = config.tokensFile === undefined ? undefined : readTokenHashes(config.tokensFile);
  assertLoopbackOrAuth(host, tokens !== undefined);
  const linkOfTrace: TraceLink = (traceId) => traceLink(config, traceId) ?? traceId;
  const linksOf = linksAt(publicUrl, linkOfTrace);
  const acceptor = acceptorOf(context, linksOf);
  const readModel = await step('read model', async () => openReadModel(config.dataDir));
  const projector = new Projector(bus, readModel, (why) => log.warn({ why }, 'the read model is rebuilt'));
  check('facts read', () => projector.readiness);
  const served = {
    ...basicsOf(context),
    acceptor,
    readModel,
    projector,
    followers: followersOf(context),
    linksOf,
    traceLink: linkOfTrace,
    publicUrl,
    tokens,
  };
  const http = await step('http', () => listen(served, host, port));
  log.info({ url: http.url }, 'answering HTTP');
  return runningUntil([projector.run(signal), answerNats(context, acceptor), takeIntakes(context, acceptor)]);
}

function acceptorOf({ bus, config, log, metrics }: Context, linksOf: LinksOf): Acceptor {
  const { answerWithin: answerWithinMs, maxInFlight } = config;
  const onEnvLeft = (evaluation: EvaluationId, error: unknown): void =>
    log.error({ err: error, evaluation }, 'env values of a refused submission may be left');
  const submissions = metrics.counter(
    'lacuna_submissions_total',
    'Submissions, by the way they came and what became of them.',
    {
      via: ['http', 'nats', 'intake'],
      outcome: OUTCOMES,
    },
  );
  const onOutcome: AcceptOptions['onOutcome'] = (via, outcome) => submissions.add({ via, outcome });
  const acceptor = new Acceptor(bus, { linksOf, answerWithinMs, maxInFlight, onOutcome, onEnvLeft });
  metrics.observe('lacuna_submit_in_flight', 'Submissions that wait for the stream.', () => acceptor.inFlight);
  return acceptor;
}

function followersOf({ config, metrics }: Context): Followers {
  const followers = new Followers(config.maxFollowers);
  metrics.observe('lacuna_followers', 'Event streams and logs that are being read over HTTP.', () => followers.count);
  return followers;
}

function answerNats({ bus, clock, log, signal }: Context, acceptor: Acceptor): Promise<void> {
  return bus.serve(
    {
      name: 'lacuna',
      version: VERSION,
      description: 'Accepts evaluations: a spec as JSON in, the answer of an HTTP 202 out.',
      subject: SUBJECTS.submit,
      queue: 'submit',
      onBug: (error) => log.error({ err: error }, 'a NATS request met a bug'),
    },
    (bytes, headers) => answerRequest(acceptor, { bytes, headers, arrivedAt: clock.nowMs() }),
    signal,
  );
}

function takeIntakes({ bus, log, signal }: Context, acceptor: Acceptor): Promise<void> {
  return bus.workIntake(
    { name: 'submit-intake', service: 'submit', concurrency: INTAKE_CONCURRENCY, onFailure: logFailure(log) },
    (message) => takeIntake(acceptor, message),
    signal,
  );
}

/** What the routes take from the context as it is. */
function basicsOf({ bus, clock, config, health, log, metrics, signal }: Context) {
  return {
    bus,
    archive: openLogArchive(config),
    health,
    metrics,
    answerWithinMs: config.answerWithin,
    deadlines: parseDeadlines(config.deadlines),
    now: () => clock.nowMs(),
    stopping: signal,
    onBug: (error: unknown) => log.error({ err: error }, 'a request met a bug'),
    onCut: (error: unknown) => log.warn({ err: error }, 'a stream to a client was cut'),
  };
}

function openReadModel(dataDir: string | undefined): ReadModel & AsyncDisposable {
  const model = new ReadModel(dataDir === undefined ? ':memory:' : join(dataDir, 'read-model.sqlite'));
  return Object.assign(model, { [Symbol.asyncDispose]: async () => model[Symbol.dispose]() });
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
