import type { ByteRange, ObjectStore } from './object-store.ts';
import { elementOf, elementsOf, refusalOf, S3Client, type S3Options } from './s3-client.ts';
import { storeUnavailable } from './store-unavailable.ts';

/** A part of an upload, in bytes. At least 5 MiB by the protocol, and at most 10,000 of them: 80 GB an object. */
const PART_BYTES = 8 * 2 ** 20;

/** An upload in parts that has begun. */
interface Upload {
  readonly object: string;
  readonly uploadId: string;
}

/** Objects in a bucket of an S3-compatible store. Uses PutObject, GetObject with a range, DeleteObject, ListObjectsV2, and uploads in parts, nothing else. */
export class S3Store implements ObjectStore {
  readonly name: string;
  readonly #client: S3Client;
  readonly #prefix: string;

  /** `prefix`: what the names of objects begin with in the bucket, empty or with a slash at its end. */
  constructor(options: S3Options, prefix: string) {
    this.name = `s3://${options.bucket}/${prefix}`;
    this.#client = new S3Client(this.name, options);
    this.#prefix = prefix;
  }

  async put(object: string, parts: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const path = this.#prefix + object;
    const pieces = regrouped(parts, PART_BYTES);
    const first = (await pieces.next()).value ?? new Uint8Array();
    const second = first.length < PART_BYTES ? undefined : (await pieces.next()).value;
    if (second === undefined) {
      await this.#client.send({ method: 'PUT', object: path, body: first }, [200], signal);
      return;
    }
    const upload = await this.#begin(path, signal);
    try {
      const tags = [await this.#part(upload, 1, first, signal), await this.#part(upload, 2, second, signal)];
      for await (const piece of pieces) tags.push(await this.#part(upload, tags.length + 1, piece, signal));
      await this.#complete(upload, tags, signal);
    } catch (error) {
      // Else the parts stay and are paid for. A store that can't be reached now forgets them by its own rules.
      await this.#client
        .send(
          { method: 'DELETE', object: path, query: { uploadId: upload.uploadId } },
          [204, 404],
          AbortSignal.timeout(5_000),
        )
        .catch(() => undefined);
      throw error;
    }
  }

  async read(object: string, { from, length }: ByteRange, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const headers = { range: `bytes=${from}-${from + length - 1}` };
    const path = this.#prefix + object;
    const { status, bytes } = await this.#client.send(
      { method: 'GET', object: path, headers },
      [200, 206, 404, 416],
      signal,
    );
    if (status === 404) return this.#unlessNoBucket(bytes);
    if (status === 416) return new Uint8Array();
    return status === 206 ? bytes : bytes.subarray(from, from + length);
  }

  async *list(signal: AbortSignal): AsyncGenerator<string> {
    for (let page: Readonly<Record<string, string>> | undefined = {}; page !== undefined;) {
      const query = { 'list-type': '2', prefix: this.#prefix, ...page };
      const { bytes } = await this.#client.send({ method: 'GET', object: '', query }, [200], signal);
      const xml = Buffer.from(bytes).toString();
      for (const key of elementsOf(xml, 'Key')) if (key.startsWith(this.#prefix)) yield key.slice(this.#prefix.length);
      const next: string | undefined = elementOf(xml, 'NextContinuationToken');
      page = next === undefined ? undefined : { 'continuation-token': next };
    }
  }

  async remove(object: string, signal: AbortSignal): Promise<void> {
    await this.#client.send({ method: 'DELETE', object: this.#prefix + object }, [200, 204, 404], signal);
  }

  /** A bucket that is not there says nothing about the object. */
  #unlessNoBucket(bytes: Uint8Array<ArrayBuffer>): undefined {
    if (elementOf(Buffer.from(bytes).toString(), 'Code') === 'NoSuchKey') return undefined;
    throw storeUnavailable(this.name, 'read', refusalOf({ status: 404, bytes }));
  }

  async #begin(object: string, signal: AbortSignal): Promise<Upload> {
    const answer = await this.#client.send({ method: 'POST', object, query: { uploads: '' } }, [200], signal);
    const uploadId = elementOf(Buffer.from(answer.bytes).toString(), 'UploadId');
    if (uploadId === undefined) throw storeUnavailable(this.name, 'written to', refusalOf(answer));
    return { object, uploadId };
  }

  async #part(
    { object, uploadId }: Upload,
    number: number,
    body: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<string> {
    const query = { partNumber: String(number), uploadId };
    const { headers } = await this.#client.send({ method: 'PUT', object, query, body }, [200], signal);
    return headers.get('etag') ?? '';
  }

  /** May answer 200 and then say that it failed: only the document tells. */
  async #complete({ object, uploadId }: Upload, tags: readonly string[], signal: AbortSignal): Promise<void> {
    const list = tags.map((tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${escaped(tag)}</ETag></Part>`);
    const body = Buffer.from(`<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`);
    const query = { uploadId };
    const answer = await this.#client.send({ method: 'POST', object, query, body }, [200], signal);
    if (Buffer.from(answer.bytes).toString().includes('<Error>'))
      throw storeUnavailable(this.name, 'written to', refusalOf(answer));
  }
}

/** Pieces of exactly so many bytes, but for the last. */
async function* regrouped(
  parts: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const part of parts) {
    waiting.push(part);
    length += part.length;
    while (length >= size) {
      const all = Buffer.concat(waiting, length);
      yield all.subarray(0, size);
      waiting = [all.subarray(size)];
      length -= size;
    }
  }
  if (length > 0) yield Buffer.concat(waiting, length);
  return undefined;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
