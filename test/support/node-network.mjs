/**
 * What a cluster's network does beside pods that reach each other: services have addresses and names. Runs in the network namespace of
 * a real node, which has neither kube-proxy nor a DNS server. Told by its argument, a JSON object:
 *   forwards: [{listen, to}], each an address `host:port` or the path of a Unix socket; names: {name: address}; dns: the address to answer at.
 */
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createServer, connect } from 'node:net';

const { forwards, names, dns } = JSON.parse(process.argv[2]);

const place = (address) => {
  if (address.startsWith('/')) return { path: address };
  const [host, port] = address.split(':');
  return { host, port: Number(port) };
};

const addresses = new Set([dns, ...forwards.map(({ listen }) => place(listen).host)].filter(Boolean));
for (const address of addresses) {
  if (!address.startsWith('127.')) execFileSync('busybox', ['ip', 'addr', 'add', `${address}/32`, 'dev', 'lo']);
}

for (const { listen, to } of forwards) {
  const server = createServer((incoming) => {
    const outgoing = connect(place(to));
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy());
  });
  await new Promise((listening) => server.listen(place(listen), listening));
}

/** A question has a header of 12 bytes, labels, and two numbers of 16 bits; the answer repeats it and points at its name. */
function answer(question) {
  const labels = [];
  let at = 12;
  for (; question[at] > 0; at += question[at] + 1)
    labels.push(question.toString('latin1', at + 1, at + 1 + question[at]));
  const end = at + 5;
  const address = names[labels.join('.').toLowerCase()];
  const found = address !== undefined && question.readUInt16BE(at + 1) === 1;
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(address === undefined ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(found ? 1 : 0, 6);
  header.writeUInt32BE(0, 8);
  const record = found ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...address.split('.').map(Number)] : [];
  return Buffer.concat([header, question.subarray(12, end), Buffer.from(record)]);
}

const socket = createSocket('udp4');
socket.on('message', (question, { port, address }) => socket.send(answer(question), port, address));
socket.bind(53, dns, () => process.stdout.write('ready\n'));
