import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends one request over the NATS text protocol and gives the parsed JSON answer. Enough to ask JetStream without a client. */
export async function natsRequest(port: number, subject: string, body: string): Promise<Record<string, unknown>> {
  const socket = connect({ host: '127.0.0.1', port });
  const wire = `CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB _INBOX.1 1\r\nPUB ${subject} _INBOX.1 ${Buffer.byteLength(body)}\r\n${body}\r\n`;
  try {
    await once(socket, 'connect');
    socket.write(wire);
    let received = '';
    for await (const chunk of socket) {
      received += String(chunk);
      const answer = /\r\nMSG _INBOX\.1 1 \d+\r\n(.*)\r\n/.exec(received)?.[1];
      if (answer !== undefined) return JSON.parse(answer) as Record<string, unknown>;
      if (/\r\nHMSG _INBOX\.1 /.test(received)) throw new Error(`no answer to ${subject}: ${received}`);
    }
    throw new Error(`closed before an answer to ${subject}: ${received}`);
  } finally {
    socket.destroy();
  }
}
