/**
 * Servers that Lacuna talks to, as local processes: finds the pinned nats-server and Jaeger or builds them once, and runs
 * them on a data folder. Each is pinned by a Go module beside `src/`.
 *
 * It refuses to download binaries, to listen anywhere but on 127.0.0.1, and to run two servers on one data folder. It knows
 * nothing of streams, subjects or spans.
 */
export { resolveBinary, resolveServer } from './resolve-server.ts';
export type { ExternalServer, FoundServer, ResolveOptions, ServerSource, UnavailableServer } from './resolution.ts';
export { SERVERS } from './server-catalog.ts';
export type { ServerName } from './server-catalog.ts';
export { progressPrinter } from './progress.ts';
export type { OnProgress, Progress } from './progress.ts';
export { startNatsServer } from './nats-server.ts';
export type { NatsServer } from './nats-server.ts';
export { startJaeger } from './jaeger.ts';
export type { Jaeger, JaegerPorts } from './jaeger.ts';
export type { ServerOptions } from './server-options.ts';
export type { ServerExit, ServerProcess } from './server-process.ts';
export { freePort } from './free-port.ts';
export { stopLeftover } from './pid-file.ts';
