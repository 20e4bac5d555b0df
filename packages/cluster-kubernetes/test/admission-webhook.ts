import type { ControlPlane, Manifest } from '@lacuna/testing';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Review {
  readonly request: { readonly uid: string };
}

type WebhookAnswer = (review: Review, response: ServerResponse) => void;

/** Answers of a webhook that asks nobody. */
export const WEBHOOK_ANSWERS = {
  allows: ({ request: { uid } }, response) => void response.end(review({ uid, allowed: true })),
  denies: ({ request: { uid } }, response) =>
    void response.end(review({ uid, allowed: false, status: { code: 403, message: 'not on a Friday' } })),
  fails: (_, response) => void response.writeHead(500).end('out of order'),
  hangs: () => undefined,
} satisfies Record<string, WebhookAnswer>;

/** A webhook that the API server asks about every Job of one namespace, on loopback with the API server's own certificate. */
export class AdmissionWebhook implements AsyncDisposable {
  answer: WebhookAnswer = WEBHOOK_ANSWERS.allows;
  /** How often it was asked. */
  asked = 0;
  readonly #server: Server;
  readonly #ca: string;

  private constructor(server: Server, ca: string) {
    this.#server = server;
    this.#ca = ca;
  }

  static async start({ caFile, apiServer }: ControlPlane): Promise<AdmissionWebhook> {
    const [cert, key] = await Promise.all([readFile(caFile, 'utf8'), readFile(apiServer.keyFile)]);
    const server = createServer({ cert, key });
    const webhook = new AdmissionWebhook(server, cert);
    server.on('request', (request, response) => {
      webhook.asked++;
      void json(request).then((body) => webhook.answer(body as Review, response));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return webhook;
  }

  /** What registers it; the API server waits five seconds for its answer, and takes none for a no. */
  registration(namespace: string): Manifest {
    const { port } = this.#server.address() as AddressInfo;
    const caBundle = Buffer.from(this.#ca).toString('base64');
    return {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'jobs' },
      webhooks: [
        {
          name: 'jobs.test.example',
          clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle },
          rules: [{ operations: ['CREATE'], apiGroups: ['batch'], apiVersions: ['v1'], resources: ['jobs'] }],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          failurePolicy: 'Fail',
          timeoutSeconds: 5,
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function review(response: object): string {
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response });
}
