import { Failure } from '@lacuna/contracts';

/** Far more than a spec may have, with all its comments. Bytes. */
const MOST_BYTES = 4 * 1024 * 1024;

/** All of a file or of standard input. Throws `Failure('too-large')` as soon as there is more than a spec can have: `/dev/zero` never ends. */
export async function readBounded(stream: AsyncIterable<Buffer>, name: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Failure('too-large', `${name} has more than ${MOST_BYTES} bytes, and is no spec`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
