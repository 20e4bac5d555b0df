import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from '@lacuna/client';
import { fact, logSubject } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { DirectoryStore, LogArchive, type ArchivedLog } from '@lacuna/log-archive';
import { tempDir, type TempDir } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './support/call.ts';
import { startSubmit, type SubmitFixture } from './support/submit-fixture.ts';
import { tell } from './support/tell.ts';

let dir: TempDir;
let submit: SubmitFixture;
let archive: LogArchive;
beforeAll(async () => {
  dir = await tempDir();
  archive = new LogArchive(new DirectoryStore(join(dir.path, 'archive')));
  submit = await startSubmit({ env: { LACUNA_ARCHIVE: archive.name } });
});
afterAll(async () => {
  await submit[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

const signal = AbortSignal.timeout(600_000);
const SIZE = 3_500_000;
/** Bytes that are no text, differ from place to place, and hardly pack. */
const ORIGINAL = Buffer.concat(
  Array.from({ length: SIZE / 20 }, (_, i) => createHash('sha1').update(String(i)).digest()),
);
const SHA256 = createHash('sha256').update(ORIGINAL).digest();

let stories = 0;
const newStory = (): Story => new Story(testId(++stories), Date.now());
const logUrl = (story: Story, query = '', base = submit.url): string =>
  `${base}/v1/evaluations/${story.id}/log${query}`;
const bytesAt = async (url: string): Promise<Buffer> => Buffer.from(await (await fetch(url)).arrayBuffer());
const about = (story: Story) => ({ evaluation: story.id, attempt: 1, at: story.now });

async function store(story: Story): Promise<void> {
  const writer = await submit.bus.openLog(logSubject(story.id, 1, story.podUid), `container-of-${story.id}`);
  for (let offset = 0; offset < SIZE; offset += 250_000)
    await writer.append({ offset, bytes: ORIGINAL.subarray(offset, offset + 250_000) });
}

async function move(story: Story): Promise<ArchivedLog> {
  const owner = { evaluation: story.id, attempt: 1, podUid: story.podUid, closedAt: story.now };
  const identity = { bytes: SIZE, sha256: SHA256.toString('hex') };
  const archived = await archive.write(owner, identity, chunks(), signal);
  await submit.bus.publishFact(fact('log-archived', about(story), { podUid: story.podUid, ...archived }));
  await submit.bus.purgeLog(logSubject(story.id, 1, story.podUid));
  return archived;
}

async function* chunks(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < SIZE; at += 100_000) yield ORIGINAL.subarray(at, at + 100_000);
}

const closed = (story: Story): Story => story.logClosed({ bytes: SIZE, sha256: SHA256.toString('hex') }).reportRead();

async function archivedStory(): Promise<{ story: Story; path: string }> {
  const story = newStory();
  await tell(submit.bus, closed(story.running().ended()));
  const { object } = await move(story);
  return { story, path: join(dir.path, 'archive', object) };
}

describe('an archived log', () => {
  it('is answered as one in the stream is, from any byte, also to a follower', async () => {
    const { story } = await archivedStory();
    const response = await fetch(logUrl(story));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-length': String(SIZE),
      'lacuna-log-state': 'sealed',
      'repr-digest': `sha-256=:${SHA256.toString('base64')}:`,
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(ORIGINAL)).toBe(true);
    for (const offset of [1, 1_048_575, 1_048_576, 2_345_678, SIZE - 1, SIZE, SIZE + 9])
      for (const follow of ['', '&follow=1'])
        expect(
          (await bytesAt(logUrl(story, `?offset=${offset}${follow}`))).equals(ORIGINAL.subarray(offset)),
          `${offset}${follow}`,
        ).toBe(true);
    const view = await createClient({ url: submit.url }).get(story.id);
    expect(view.attempts[0]?.logKept).toMatchObject({ where: 'archive', store: archive.name });
  });

  it('is read by the client through the move, in the middle of the log', async () => {
    const story = newStory();
    await store(story);
    await tell(submit.bus, closed(story.running().ended()));
    const parts: Uint8Array[] = [];
    const { body } = await createClient({ url: submit.url }).log(story.id, { follow: true });
    for await (const part of body) {
      if (parts.length === 0) await move(story);
      parts.push(part);
    }
    expect(Buffer.concat(parts).equals(ORIGINAL)).toBe(true);
  });

  it('that was followed while it was written is whole for a follower who is slow', async () => {
    const story = newStory();
    await tell(submit.bus, story.running().tell('log-opened', { podUid: story.podUid, containerId: 'c' }));
    await store(story);
    const { body } = await fetch(logUrl(story, '?follow=1'));
    const parts: Uint8Array[] = [];
    for await (const part of body ?? []) {
      if (parts.length === 0) {
        await tell(submit.bus, closed(story.ended()));
        await move(story);
      }
      parts.push(part);
    }
    expect(Buffer.concat(parts).equals(ORIGINAL)).toBe(true);
  });

  it('that is not there, or begins with other bytes, is an error and no log', async () => {
    const { story, path } = await archivedStory();
    const whole = await readFile(path);
    const altered = Buffer.from(whole);
    altered.writeUInt8(altered.readUInt8(1_000) ^ 1, 1_000);
    await writeFile(path, altered);
    expect(await call(logUrl(story))).toMatchObject({
      status: 500,
      body: {
        code: 'log-damaged',
        detail: expect.stringMatching(/has wrong bytes for bytes 0 to 1048576 of the log$/) as string,
      },
    });
    // What is right of it can be had.
    expect((await bytesAt(logUrl(story, '?offset=2000000'))).equals(ORIGINAL.subarray(2_000_000))).toBe(true);
    await writeFile(path, whole.subarray(0, -1));
    expect(await call(logUrl(story))).toMatchObject({ status: 500, body: { code: 'log-damaged' } });
    await rm(path);
    expect(await call(logUrl(story))).toMatchObject({
      status: 500,
      body: { code: 'log-damaged', detail: expect.stringMatching(/is not there$/) as string },
    });
  });

  it('with wrong bytes further on breaks off before them, and the client says why', async () => {
    const { story, path } = await archivedStory();
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(2_500_000) ^ 1, 2_500_000);
    await writeFile(path, bytes);
    const parts: Uint8Array[] = [];
    const reading = (async () => {
      const { body } = await createClient({ url: submit.url }).log(story.id, {});
      for await (const part of body) parts.push(part);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'log-damaged' });
    const read = Buffer.concat(parts);
    expect(read.length).toBeGreaterThan(0);
    expect(read.equals(ORIGINAL.subarray(0, read.length))).toBe(true);
  });

  it('in an archive that can not be read now is to be asked for again', async () => {
    const { story } = await archivedStory();
    const root = join(dir.path, 'archive');
    await rename(root, join(dir.path, 'aside'));
    await writeFile(root, '');
    expect(await call(logUrl(story))).toMatchObject({ status: 503, body: { code: 'overloaded' } });
    expect((await fetch(`${submit.url}/v1/evaluations/${story.id}/diagnosis`)).status).toBe(200);
    await rm(root);
    await rename(join(dir.path, 'aside'), root);
    expect((await bytesAt(logUrl(story))).equals(ORIGINAL)).toBe(true);
  });

  it('is not to be had from a service without the archive, which says what to set', async () => {
    const { story } = await archivedStory();
    await using other = await startSubmit({ nats: submit.nats });
    expect(await call(logUrl(story, '', other.url))).toMatchObject({
      status: 500,
      body: { code: 'invalid-config', detail: expect.stringMatching(/set LACUNA_ARCHIVE for it too$/) as string },
    });
  });
});

describe('a log that retention has removed', () => {
  it('is gone, and its size, its sha256 and when it went are told; never an empty log', async () => {
    const { story } = await archivedStory();
    const removed = { podUid: story.podUid, bytes: SIZE, sha256: SHA256.toString('hex'), retentionMs: 720 * 3_600_000 };
    await submit.bus.publishFact(fact('log-removed', { ...about(story), at: Date.UTC(2026, 11, 24) }, removed));
    for (const query of ['', '?offset=10', '?follow=1'])
      expect(await call(logUrl(story, query))).toMatchObject({
        status: 410,
        body: {
          code: 'log-removed',
          detail: `the log was removed by retention on 2026-12-24T00:00:00.000Z, 720 h after it was closed: ${SIZE} bytes, sha256 ${removed.sha256}`,
        },
      });
    const view = await createClient({ url: submit.url }).get(story.id);
    expect(view.attempts[0]).toMatchObject({ log: { bytes: SIZE }, logKept: { where: 'nowhere' } });
    expect((await fetch(`${submit.url}/v1/evaluations/${story.id}/diagnosis`)).status).toBe(200);
  });
});
