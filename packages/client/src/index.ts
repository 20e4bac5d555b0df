/**
 * The typed client of the HTTP API, on the global `fetch`: submit, list, read, follow a log, listen to events, cancel, wait.
 * It survives what a network does (a busy server, a broken stream, a restart) where that cannot change what was asked for.
 *
 * It refuses to decide anything: no verdict, no state of its own, no rendering. Waiting ends with the verdict, or with the
 * stage that is stuck. A server that was never there is an error at once.
 */
export { createClient, type Client, type RangeFilters } from './create-client.ts';
export { NoVerdict } from './no-verdict.ts';
export { ServerUnreachable } from './server-unreachable.ts';
