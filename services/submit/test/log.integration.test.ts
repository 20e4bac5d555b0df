import { createHash, randomBytes } from 'node:crypto';
import { logSubject, type EvaluationId, type LogStatement } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { eventually } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './support/call.ts';
import { startSubmit, type SubmitFixture } from './support/submit-fixture.ts';
import { tell } from './support/tell.ts';

let submit: SubmitFixture;
beforeAll(async () => void (submit = await startSubmit()));
afterAll(() => submit[Symbol.asyncDispose]());

let stories = 0;
/** An evaluation that nothing has happened to yet, with an id of its own. */
const newStory = (): Story => new Story(testId(++stories));

/** What programs write and text does not survive: NUL, invalid UTF-8, a lone CR, no final newline. */
const ODD = Buffer.from('a\0b\r\xff\xfe\xc3\n\x1b[31m\u2028end', 'latin1');

const logUrl = (id: EvaluationId, query = ''): string => `${submit.url}/v1/evaluations/${id}/log${query}`;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

async function write(story: Story, ...chunks: readonly Uint8Array[]): Promise<void> {
  const writer = await submit.bus.openLog(logSubject(story.id, 1, story.podUid), `container-of-${story.id}`);
  for (const bytes of chunks) await writer.append({ offset: writer.end, bytes });
}

function opened(story: Story): Story {
  return story.tell('log-opened', { podUid: story.podUid, containerId: `c-${story.podUid}` });
}

function closed(story: Story, bytes: Uint8Array, statement: Partial<LogStatement> = {}): Story {
  return story.logClosed({ bytes: bytes.length, sha256: sha256(bytes).toString('hex'), ...statement });
}

function settled(story: Story): Story {
  return story.tell('settled', {
    verdict: 'incomplete',
    reason: '',
    evidenceAt: 1,
    notOwed: [],
    evidence: { absent: [] },
  });
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

describe('a closed log', () => {
  it('comes back byte for byte, as text that no browser takes for anything else, with its state and digest', async () => {
    const story = newStory();
    await write(story, ODD.subarray(0, 3), ODD.subarray(3));
    await tell(submit.bus, closed(opened(story.running()), ODD));
    const response = await fetch(logUrl(story.id));
    expect(await bytesOf(response)).toEqual(ODD);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(ODD.length),
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
      'x-content-type-options': 'nosniff',
      'lacuna-log-state': 'sealed',
      'repr-digest': `sha-256=:${sha256(ODD).toString('base64')}:`,
    });
  });

  it.each(['truncated', 'unsealed', 'mismatch', 'none'] as const)('says that it is %s', async (state) => {
    const story = newStory();
    await tell(submit.bus, closed(story.running(), Buffer.alloc(0), { state }));
    const response = await fetch(logUrl(story.id));
    expect(response.headers.get('lacuna-log-state')).toBe(state);
    expect(await bytesOf(response)).toEqual(Buffer.alloc(0));
  });

  it('can be read from any byte; a part has no digest of the whole', async () => {
    const story = newStory();
    const whole = randomBytes(700_000);
    await write(story, whole.subarray(0, 200_000), whole.subarray(200_000, 450_000), whole.subarray(450_000));
    await tell(submit.bus, closed(story.running(), whole));
    for (const offset of [1, 199_999, 200_000, 200_001, 699_999, 700_000, 800_000]) {
      const response = await fetch(logUrl(story.id, `?offset=${offset}`));
      expect((await bytesOf(response)).equals(whole.subarray(offset)), `offset ${offset}`).toBe(true);
      expect(response.headers.get('repr-digest')).toBeNull();
      expect(response.headers.get('content-length')).toBe(String(Math.max(0, 700_000 - offset)));
    }
  });

  it('answers HEAD with its length, its state and its digest, and no byte', async () => {
    const story = newStory();
    await write(story, ODD);
    await tell(submit.bus, closed(story.running(), ODD));
    const response = await fetch(logUrl(story.id), { method: 'HEAD' });
    expect({ status: response.status, bytes: (await bytesOf(response)).length }).toEqual({ status: 200, bytes: 0 });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(ODD.length),
      'lacuna-log-state': 'sealed',
      'repr-digest': `sha-256=:${sha256(ODD).toString('base64')}:`,
    });
  });

  it('when followed has its state and ends at once', async () => {
    const story = newStory();
    await write(story, ODD);
    await tell(submit.bus, closed(story.running(), ODD));
    const response = await fetch(logUrl(story.id, '?follow=1&offset=4'));
    expect(response.headers.get('lacuna-log-state')).toBe('sealed');
    expect(await bytesOf(response)).toEqual(ODD.subarray(4));
  });
});

describe('an open log', () => {
  it('read without following is what there is now', async () => {
    const story = newStory();
    await write(story, ODD);
    await tell(submit.bus, opened(story.running()));
    const response = await fetch(logUrl(story.id));
    expect(response.headers.get('lacuna-log-state')).toBe('open');
    expect(response.headers.get('repr-digest')).toBeNull();
    expect(await bytesOf(response)).toEqual(ODD);
  });

  it('of an evaluation without a pod is empty', async () => {
    const story = newStory();
    await tell(submit.bus, story.submitted());
    const response = await fetch(logUrl(story.id));
    expect(response.headers.get('lacuna-log-state')).toBe('open');
    expect(await bytesOf(response)).toEqual(Buffer.alloc(0));
  });

  it('is followed from before its pod is there, each chunk as it is written, to its end', async () => {
    const story = newStory();
    await tell(submit.bus, story.submitted());
    const response = await fetch(logUrl(story.id, '?follow=1'));
    expect(response.headers.get('lacuna-log-state')).toBe('open');
    const received: Uint8Array[] = [];
    const reading = (async () => {
      for await (const chunk of response.body ?? []) received.push(chunk);
    })();
    const got = (bytes: Uint8Array) =>
      eventually(`${bytes.length} bytes`, () => Buffer.concat(received).equals(bytes) || undefined);
    await tell(submit.bus, opened(story.jobCreated().podCreated().podScheduled().started()));
    await write(story, ODD);
    await got(ODD);
    await write(story, ODD);
    await got(Buffer.concat([ODD, ODD]));
    await tell(submit.bus, closed(story, Buffer.concat([ODD, ODD])));
    await reading;
    expect(Buffer.concat(received)).toEqual(Buffer.concat([ODD, ODD]));
  });

  it('followed from an offset that is not there yet begins there', async () => {
    const story = newStory();
    await write(story, Buffer.from('0123'));
    await tell(submit.bus, opened(story.running()));
    const response = await fetch(logUrl(story.id, '?follow=1&offset=6'));
    const whole = bytesOf(response);
    await write(story, Buffer.from('4567'), Buffer.from('89'));
    await tell(submit.bus, closed(story, Buffer.from('0123456789')));
    expect((await whole).toString()).toBe('6789');
  });

  it('ends for its follower when the evaluation is settled though nobody has closed it', async () => {
    const story = newStory();
    await write(story, ODD);
    await tell(submit.bus, opened(story.running()));
    const whole = fetch(logUrl(story.id, '?follow=1')).then(bytesOf);
    await tell(submit.bus, settled(story));
    expect(await whole).toEqual(ODD);
    const response = await fetch(logUrl(story.id, '?follow=1'));
    expect(response.headers.get('lacuna-log-state')).toBe('open');
    expect(await bytesOf(response)).toEqual(ODD);
  });

  it('that never came is none when the evaluation is settled, also for its follower', async () => {
    const story = newStory();
    await tell(submit.bus, story.submitted());
    const whole = fetch(logUrl(story.id, '?follow=1')).then(bytesOf);
    await tell(submit.bus, settled(story));
    expect(await whole).toEqual(Buffer.alloc(0));
    expect((await fetch(logUrl(story.id))).headers.get('lacuna-log-state')).toBe('none');
  });

  it('is left alone when its follower goes away', async () => {
    const consumers = async (): Promise<string[]> => {
      const manager = await submit.raw.jetstreamManager();
      const lists = ['LACUNA_LOGS', 'LACUNA_FACTS'].map((stream) => Array.fromAsync(manager.consumers.list(stream)));
      return (await Promise.all(lists)).flat().map(({ name }) => name);
    };
    const story = newStory();
    await write(story, ODD);
    await tell(submit.bus, opened(story.running()));
    const before = await consumers();
    const client = new AbortController();
    const response = await fetch(logUrl(story.id, '?follow=1'), { signal: client.signal });
    await response.body?.getReader().read();
    const its = (await consumers()).filter((name) => !before.includes(name));
    expect(its).not.toEqual([]);
    client.abort();
    await eventually('its consumers are gone', async () => {
      const left = (await consumers()).filter((name) => its.includes(name));
      if (left.length > 0) throw new Error(left.join());
      return true;
    });
  });
});

describe('a log that is asked for wrongly', () => {
  it.each(['?offset=-1', '?offset=x', '?offset=1.5', '?follow=yes', '?folow=1'])(
    'with %s is refused',
    async (query) => {
      const story = newStory();
      await tell(submit.bus, story.submitted());
      expect(await call(logUrl(story.id, query))).toMatchObject({ status: 400, body: { code: 'invalid-query' } });
    },
  );

  it('for an evaluation that is not there is not found', async () => {
    expect(await call(logUrl(testId(255)))).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });
});
