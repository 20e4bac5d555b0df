/** Answers for names, as the DNS server of a cluster does. Told by its argument, a JSON object: {name: address}. */
import { createSocket } from 'node:dgram';

const names = JSON.parse(process.argv[2]);

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
socket.bind(53, () => process.stdout.write('ready\n'));
