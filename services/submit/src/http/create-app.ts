import type { Socket } from 'node:net';
import { Failure, problemDetails, SPEC_LIMITS } from '@lacuna/contracts';
import { trace } from '@opentelemetry/api';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { VERSION } from '../version.ts';
import { apiDocs } from './api-docs.ts';
import { diagnosisRoutes } from './diagnosis-routes.ts';
import { evaluationRoutes } from './evaluation-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { createGuard } from './guard.ts';
import type { HttpContext } from './http-context.ts';
import { knownMethods } from './known-methods.ts';
import { logRoute } from './log-route.ts';
import { PAGE_PATHS, pageRoutes } from './page-routes.ts';
import { failureOf, sendProblem, withWhatIsMissing } from './problem-reply.ts';
import { probeRoutes } from './probe-routes.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { submissionRoutes } from './submission-routes.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** When its head had arrived: Unix milliseconds. */
    arrivedAt: number;
  }
}

/** For a request to arrive as a whole. */
const REQUEST_TIMEOUT_MS = 30_000;
/** A closing server waits this long for an idle connection; the framework's own 72 s would outlast every drain. */
const KEEP_ALIVE_MS = 5_000;
/** How long nothing comes or goes before TCP asks whether the client's machine is still there: whoever follows a quiet log sends and is sent nothing. */
const PROBE_AFTER_MS = 60_000;

/** The HTTP application with all its routes, not listening yet. */
export async function createApp(context: HttpContext): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: SPEC_LIMITS.bytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { keepAlive: true, keepAliveInitialDelay: PROBE_AFTER_MS },
    // A request that arrives while we drain is still answered; its connection is closed then.
    return503OnClosing: false,
    frameworkErrors: (error, _, reply) => void sendProblem(reply, failureOf(error)),
    clientErrorHandler: (_, socket) => refuseMalformed(socket),
  });
  const methodsOf = knownMethods(app);
  parseNothing(app);
  answerErrors(app, context, methodsOf);
  watchRequests(app, context);
  await apiDocs(app, { version: VERSION, secured: context.tokens !== undefined });
  for (const addRoutes of [submissionRoutes, evaluationRoutes, diagnosisRoutes, logRoute, eventRoutes, probeRoutes])
    addRoutes(app, context);
  pageRoutes(app);
  return app;
}

/** Bodies and queries are parsed by us, each way to be wrong with its own code; the schemas of the routes only describe. */
function parseNothing(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, ({ headers }, body, done) => {
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding === 'identity') done(null, body);
    else done(new Failure('unsupported-media-type', `send the body without content-encoding: ${encoding}`));
  });
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (body) => JSON.stringify(body));
}

function answerErrors(
  app: FastifyInstance,
  { health, onBug }: HttpContext,
  methodsOf: (path: string) => string[],
): void {
  app.setErrorHandler((error, { routeOptions }, reply) => {
    const failure = failureOf(error, routeOptions.bodyLimit);
    if (failure.disposition === 'bug') onBug(error);
    return sendProblem(reply, withWhatIsMissing(failure, health()));
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = methodsOf(path);
    if (methods.length === 0) return sendProblem(reply, new Failure('not-found', `there is no ${path}`));
    reply.header('allow', methods.join(', '));
    return sendProblem(reply, new Failure('method-not-allowed', `${path} knows ${methods.join(', ')}`));
  });
}

function watchRequests(app: FastifyInstance, { tokens, publicUrl, now, stopping }: HttpContext): void {
  const guard = createGuard({ tokens, publicUrl }, PAGE_PATHS);
  app.decorateRequest('arrivedAt', 0);
  app.addHook('onRequest', (request, reply, done) => {
    request.arrivedAt = now();
    nameSpan(request);
    reply.headers(SECURITY_HEADERS);
    if (stopping.aborted) reply.header('connection', 'close');
    guard(request);
    done();
  });
  app.addHook('onSend', (_, reply: FastifyReply, payload, done) => {
    if (stopping.aborted) reply.header('connection', 'close');
    done(null, payload);
  });
}

/** The instrumentation knows no routes and would call every span after its method only. */
function nameSpan({ method, routeOptions }: FastifyRequest): void {
  const span = trace.getActiveSpan();
  if (span === undefined || routeOptions.url === undefined) return;
  span.updateName(`${method} ${routeOptions.url}`).setAttribute('http.route', routeOptions.url);
}

/** What is not HTTP never reaches a route. */
function refuseMalformed(socket: Socket): void {
  if (!socket.writable) return;
  const body = JSON.stringify(
    problemDetails(new Failure('invalid-header', 'the request is not valid HTTP, or too slow')),
  );
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
