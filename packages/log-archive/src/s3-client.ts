import { AwsClient } from 'aws4fetch';
import { createHash } from 'node:crypto';
import { defined } from '@lacuna/contracts';
import { storeUnavailable } from './store-unavailable.ts';

/** Where an S3-compatible store is, and who asks. */
export interface S3Options {
  /** Such as `https://s3.eu-west-1.amazonaws.com`; the bucket goes into the path. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface S3Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly object: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

interface S3Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A request moves 8 MiB at most; one that takes longer than this, in milliseconds, is dead. */
const REQUEST_MS = 60_000;
/** Of what may pass by itself (5xx, 429), before it is told as a failure. */
const RETRIES = { retries: 3, initRetryMs: 100 } as const;

/** Signed requests to one bucket, each answered whole. */
export class S3Client {
  readonly #name: string;
  readonly #base: string;
  readonly #aws: AwsClient;

  /** `name`: what errors call the store. */
  constructor(name: string, { endpoint, region, bucket, accessKeyId, secretAccessKey }: S3Options) {
    this.#name = name;
    this.#base = `${endpoint.replace(/\/+$/, '')}/${bucket}`;
    this.#aws = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', ...RETRIES });
  }

  /** The answer, when its status is one of those expected; else a `Failure('overloaded')` in the store's own words. */
  async send(request: S3Request, expected: readonly number[], signal: AbortSignal): Promise<S3Answer> {
    const action = request.method === 'GET' ? 'read' : 'written to';
    let answer: S3Answer;
    try {
      answer = await this.#fetch(request, AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]));
    } catch (error) {
      signal.throwIfAborted();
      throw storeUnavailable(this.#name, action, error);
    }
    if (expected.includes(answer.status)) return answer;
    throw storeUnavailable(this.#name, action, refusalOf(answer));
  }

  async #fetch({ method, object, query, headers, body }: S3Request, signal: AbortSignal): Promise<S3Answer> {
    const url = `${this.#base}/${object}?${new URLSearchParams(query).toString()}`;
    const response = await this.#aws.fetch(url, {
      method,
      // The store compares: what arrives is what was sent.
      headers: {
        ...headers,
        'x-amz-content-sha256': createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
      },
      ...defined({ body }),
      signal,
    });
    return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
  }
}

/** The code and the message of an error document; also of one that comes with status 200, as the end of an upload may. */
export function refusalOf({ status, bytes }: Pick<S3Answer, 'status' | 'bytes'>): string {
  const text = Buffer.from(bytes).toString();
  const words = ['Code', 'Message'].flatMap((tag) => elementOf(text, tag) ?? []);
  return [`it answered ${status}`, ...words].join(', ');
}

/** The text of the first element of that name in an XML document. */
export function elementOf(xml: string, name: string): string | undefined {
  return elementsOf(xml, name)[0];
}

/** The texts of all elements of that name, in order. */
export function elementsOf(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<${name}>([^<]{0,1024})</${name}>`, 'g'));
  return [...found].map(([, text = '']) =>
    text
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#34;', '"')
      .replaceAll('&amp;', '&'),
  );
}
