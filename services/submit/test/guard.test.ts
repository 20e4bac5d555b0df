import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@lacuna/testing';
import { describe, expect, it } from 'vitest';
import { createGuard } from '../src/http/guard.ts';
import { isAuthorized, readTokenHashes } from '../src/http/tokens.ts';
import { codeOf } from './code-of.ts';

const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex');

/** As a browser sends a name and a password. */
const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

async function hashesIn(text: string) {
  await using dir = await tempDir();
  const path = join(dir.path, 'tokens');
  await writeFile(path, text);
  return readTokenHashes(path);
}

describe('the tokens file', () => {
  it('lets in whoever has one of its tokens, and nobody else', async () => {
    const hashes = await hashesIn(`# ours\n${sha256('one')}\n\n${sha256('two').toUpperCase()}\n`);
    expect(isAuthorized('Bearer one', hashes)).toBe(true);
    expect(isAuthorized('bearer  two ', hashes)).toBe(true);
    expect(isAuthorized(basic('anybody', 'two'), hashes)).toBe(true);
    expect(isAuthorized(basic('one', 'three'), hashes)).toBe(false);
    expect(isAuthorized(basic('one', ''), hashes)).toBe(false);
    for (const header of [undefined, '', 'Bearer', 'Bearer three', 'Basic one', 'one', `Bearer ${sha256('one')}`])
      expect(isAuthorized(header, hashes), String(header)).toBe(false);
  });

  it.each(['', '# only a comment\n', 'not a hash\n', `${sha256('one')}0\n`])(
    'is refused when it reads %j',
    async (text) => {
      await expect(hashesIn(text)).rejects.toMatchObject({ code: 'invalid-config' });
    },
  );

  it('is refused when it is not there', () => {
    expect(codeOf(() => readTokenHashes('/does/not/exist'))).toBe('invalid-config');
  });
});

describe('without tokens', () => {
  const guard = createGuard({ tokens: undefined, publicUrl: 'https://lacuna.example:8443' }, []);

  it.each(['127.0.0.1:4280', 'localhost', 'localhost:1', '[::1]:4280', '127.1.2.3', 'lacuna.example:8443', undefined])(
    'a request for %s is answered',
    (host) => {
      expect(codeOf(() => guard({ url: '/v1/evaluations', headers: { host } }))).toBe('fine');
    },
  );

  it.each([
    'evil.example',
    'evil.example:4280',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'lacuna.example',
    '',
  ])('a request for %s, as a rebound browser sends it, is refused', (host) => {
    expect(codeOf(() => guard({ url: '/v1/evaluations', headers: { host } }))).toBe('invalid-header');
  });
});

describe('with tokens', () => {
  const tokens = [Buffer.from(sha256('one'), 'hex')];
  const guard = createGuard({ tokens, publicUrl: 'http://127.0.0.1' }, ['/', '/page/main.js']);

  it('whoever has one may call by any name', () => {
    const headers = { host: 'any.example', authorization: 'Bearer one' };
    expect(codeOf(() => guard({ url: '/v1/evaluations', headers }))).toBe('fine');
  });

  it.each(['/healthz', '/readyz', '/readyz?verbose', '/', '/page/main.js'])('%s stays open', (url) => {
    expect(codeOf(() => guard({ url, headers: {} }))).toBe('fine');
  });

  it.each(['/v1/evaluations', '/v1/events', '/metrics', '/openapi.json', '/docs', '/healthz/x', '/page/../v1/events'])(
    '%s needs one',
    (url) => {
      expect(codeOf(() => guard({ url, headers: {} }))).toBe('unauthorized');
    },
  );
});
