/**
 * What a cluster's network does beside pods that reach each other: services have addresses, and there is something outside. Runs in the
 * network namespace of a real node, which has no kube-proxy. Told by its argument, a JSON object:
 *   services: {address: address}, each `host:port`, of which the first is led to the second before anybody looks at policies;
 *   forwards: [{listen, to}], each an address `host:port`, which the node is given, or the path of a Unix socket.
 */
import { execFileSync } from 'node:child_process';
import { createServer, connect } from 'node:net';

const { services, forwards } = JSON.parse(process.argv[2]);

for (const [service, to] of Object.entries(services)) {
  const [host, port] = service.split(':');
  const rules = '--table nat --append PREROUTING'.split(' ');
  for (const protocol of ['tcp', 'udp']) {
    const packets = ['--destination', host, '--protocol', protocol, '--dport', port];
    execFileSync('iptables', [...rules, ...packets, '--jump', 'DNAT', '--to-destination', to]);
  }
}

const place = (address) => {
  if (address.startsWith('/')) return { path: address };
  const [host, port] = address.split(':');
  return { host, port: Number(port) };
};

const addresses = new Set(forwards.map(({ listen }) => place(listen).host).filter(Boolean));
for (const address of addresses) execFileSync('busybox', ['ip', 'addr', 'add', `${address}/32`, 'dev', 'lo']);

for (const { listen, to } of forwards) {
  const server = createServer((incoming) => {
    const outgoing = connect(place(to));
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy());
  });
  await new Promise((listening) => server.listen(place(listen), listening));
}
process.stdout.write('ready\n');
