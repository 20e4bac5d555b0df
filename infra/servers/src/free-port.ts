import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { reservePort } from './reserve-port.ts';

/**
 * Ports are given out from 20000–29999: below the ranges from which Linux (32768) and macOS (49152) take the local ports of
 * outgoing connections. With a port from those ranges a client that reconnects to a stopped server can be given the very
 * port it dials and connect to itself, and the server never gets its port back.
 */
const FIRST_PORT = 20_000;
const PORT_COUNT = 10_000;

let next = randomInt(PORT_COUNT);

/**
 * A port of 127.0.0.1 that nothing listens on now. As long as this process runs, nobody else is given it, also not in another process:
 * whoever has asked may take a while to listen there, and may stop and start again.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < PORT_COUNT; tried++) {
    const port = FIRST_PORT + next;
    next = (next + 1) % PORT_COUNT;
    // Reserved first: to look whether another's port is free is to hold it for a moment, in which its server may want to listen.
    if ((await reservePort(port)) && (await isPortFree(port))) return port;
  }
  throw new Error(`no free port between ${FIRST_PORT} and ${FIRST_PORT + PORT_COUNT - 1}`);
}

/** True when a server could listen on this port of 127.0.0.1 now. */
function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The port to listen on: the wished one, which must be free, or any free one. */
export async function claimPort(wished: number | undefined, what: string): Promise<number> {
  if (wished === undefined) return freePort();
  if (await isPortFree(wished)) return wished;
  throw new Error(`${what}: port ${wished} of 127.0.0.1 is in use`);
}
