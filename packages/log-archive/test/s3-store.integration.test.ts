import { startS3, type S3Fixture } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { objectStoreSuite } from '../conformance/object-store-suite.ts';
import { S3Store } from '../src/index.ts';

objectStoreSuite(async () => {
  const s3 = await startS3();
  return {
    store: new S3Store(s3, 'some/prefix/'),
    breakDown: () => s3.stop(),
    mend: () => s3.restart(),
    [Symbol.asyncDispose]: () => s3[Symbol.asyncDispose](),
  };
});

let s3: S3Fixture;
beforeAll(async () => void (s3 = await startS3()));
afterAll(() => s3[Symbol.asyncDispose]());

test.each([
  ['a wrong key', { secretAccessKey: 'wrong' }, /SignatureDoesNotMatch/],
  ['an unknown user', { accessKeyId: 'nobody' }, /provided access key/],
  ['a bucket that is not there', { bucket: 'elsewhere' }, /NoSuchBucket/],
])('%s is told in the words of the store, and without a secret', async (_title, wrong, words) => {
  const options = { ...s3, ...wrong };
  const store = new S3Store(options, '');
  const signal = AbortSignal.timeout(60_000);
  for (const attempt of [
    () => store.read('x', { from: 0, length: 1 }, signal),
    () => store.put('x', (async function* () {})(), signal),
  ]) {
    const error = await attempt().then(
      () => new Error('no error'),
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toMatchObject({ code: 'overloaded', message: expect.stringMatching(words) as string });
    expect(error.message).not.toContain(options.secretAccessKey);
  }
});
