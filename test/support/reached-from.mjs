/** Prints, as JSON, those of the addresses `host:port` in its argument, a JSON array, that take a TCP connection. */
import { connect } from 'node:net';

/** Refusals come at once: nobody waits so long but on a machine that is busy, or for whom nobody has an answer. */
const ANSWER_WITHIN_MS = 10_000;

function takes(address) {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: ANSWER_WITHIN_MS });
    const end = (taken) => resolve(taken) || socket.destroy();
    socket
      .on('connect', () => end(true))
      .on('error', () => end(false))
      .on('timeout', () => end(false));
  });
}

const addresses = JSON.parse(process.argv[2]);
const taken = await Promise.all(addresses.map(takes));
process.stdout.write(JSON.stringify(addresses.filter((_, index) => taken[index])));
