/** Gives the node addresses that are of no pod and takes connections there. Told by its argument, a JSON object: addresses, ports. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

const { addresses, ports } = JSON.parse(process.argv[2]);

// A node tells each pod of one refusal a second, and the others meet silence: here all are told.
writeFileSync('/proc/sys/net/ipv4/icmp_ratelimit', '0');

for (const host of addresses) {
  execFileSync('busybox', ['ip', 'addr', 'add', `${host}/32`, 'dev', 'lo']);
  for (const port of ports) {
    const server = createServer((socket) => socket.on('error', () => {}).end());
    await new Promise((listening) => server.listen({ host, port }, listening));
  }
}
process.stdout.write('ready\n');
