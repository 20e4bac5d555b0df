import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An alert as it arrived. */
export interface ReceivedAlert {
  readonly status: string;
  readonly evaluation: string;
  readonly stage: string;
  readonly cause: string;
  readonly description: string;
}

/** A webhook receiver as a user would write one: checks the signature and keeps what came. */
export interface AlertReceiver extends AsyncDisposable {
  /** What makes a platform send its alerts here. */
  readonly settings: Readonly<Record<string, string>>;
  readonly received: readonly ReceivedAlert[];
}

/** Listens on a port of its own, with a secret of its own. */
export async function receiveAlerts(): Promise<AlertReceiver> {
  const secret = randomBytes(16).toString('hex');
  const received: ReceivedAlert[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const genuine = isSigned(body, String(request.headers['lacuna-signature'] ?? ''), secret);
      if (genuine) received.push(...alertsIn(body));
      response.writeHead(genuine ? 204 : 401).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    settings: { LACUNA_WEBHOOK_URL: `http://127.0.0.1:${port}/alerts`, LACUNA_WEBHOOK_SECRET: secret },
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function isSigned(body: string, signature: string, secret: string): boolean {
  const { t = '', v1 = '' } = Object.fromEntries(
    signature.split(',').map((part) => part.split('=', 2) as [string, string]),
  );
  const expected = createHmac('sha256', secret).update(`${t}.${body}`).digest();
  const claimed = Buffer.from(v1, 'hex');
  return claimed.length === expected.length && timingSafeEqual(claimed, expected);
}

function alertsIn(body: string): ReceivedAlert[] {
  const { alerts } = JSON.parse(body) as {
    alerts: { status: string; labels: Record<string, string>; annotations: Record<string, string> }[];
  };
  return alerts.map(({ status, labels, annotations }) => ({
    status,
    evaluation: labels['evaluation'] ?? '',
    stage: labels['stage'] ?? '',
    cause: labels['cause'] ?? '',
    description: annotations['description'] ?? '',
  }));
}
