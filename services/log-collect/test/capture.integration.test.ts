import type { LogPart } from '@lacuna/cluster';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { LogStatement } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { describe, expect, test } from 'vitest';
import { Captures, end, endedWith, text, within } from './support/captures.ts';

const captures = Captures.use();
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a capture', () => {
  test('of a log whose connection breaks again and again is whole', async () => {
    const { pod, capture, stored } = await captures.running();
    const capturing = capture();
    const result = capturing.run(within());
    for (let i = 0; i < 5; i++) {
      pod.write(text(`line ${i}\n`));
      await eventually('stored', async () => (await stored()).includes(`line ${i}\n`));
      pod.breakLog();
    }
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed', lines: 5 });
    expect(await stored()).toBe('line 0\nline 1\nline 2\nline 3\nline 4\n');
  });

  test('of a log that lacks something in its middle without a sign names between which bytes', async () => {
    const written = Buffer.from(Array.from({ length: 400 }, (_, i) => `line ${i}\n`).join(''));
    const served = Buffer.concat([written.subarray(0, 1_500), written.subarray(1_600)]);
    const source = captures.withLog((_, { offset }) =>
      Promise.resolve({ kind: 'open', body: Readable.from([{ bytes: served.subarray(offset) }]) }),
    );
    const { capture } = await captures.running(source);
    const capturing = capture();
    const sha256 = [1_024, 2_048, 3_072].map((to) => sha256Of(written.subarray(0, to)).slice(0, 16));
    const seal = {
      v: 1,
      bytes: written.length,
      lines: 400,
      sha256: sha256Of(written),
      endedAt: 0,
      drainMs: 0,
    } as const;
    capturing.tellEnd(endedWith({ ...seal, checkpoints: { every: 1_024, sha256 } }));
    const { statement } = await capturing.run(within());
    expect(statement).toMatchObject({
      state: 'truncated',
      cause: 'unseen',
      gaps: [{ at: 1_024, until: 2_048, bytes: 100 }],
      reason: expect.stringContaining('100 of 3 490 bytes lost between byte 1 024 and byte 2 048') as string,
    });
  });

  test('that died goes on at the stored offset, by whoever takes it up', async () => {
    const { pod, capture, stored } = await captures.running();
    const first = new AbortController();
    const died = capture().run(first.signal);
    died.catch(() => undefined);
    pod.write(text('before the crash\n'));
    await eventually('stored', async () => (await stored()) === 'before the crash\n');
    first.abort();
    await expect(died).rejects.toThrow(/abort/i);
    const second = capture();
    const result = second.run(within());
    pod.write(text('after it\n'));
    end(pod, second);
    expect((await result).statement).toMatchObject({ state: 'sealed', lines: 2 });
    expect(await stored()).toBe('before the crash\nafter it\n');
  });

  test('by two replicas at once stores every byte once, and both say the same', async () => {
    const { pod, capture, stored } = await captures.running();
    const [one, two] = [capture(), capture()];
    const results = Promise.all([one.run(within()), two.run(within())]);
    const lines = Array.from({ length: 200 }, (_, i) => `line ${i} of a log that two collectors read\n`);
    for (const line of lines) pod.write(text(line));
    end(pod, one);
    two.tellEnd(endedWith(pod.snapshot!.ended!.seal));
    const statements = (await results).map(({ statement }): LogStatement['state'] => statement.state);
    expect(statements).toEqual(['sealed', 'sealed']);
    expect(await stored()).toBe(lines.join(''));
  });

  test('by a replica that was frozen, and thaws when another has closed the log, stores nothing more', async () => {
    const thawed = Promise.withResolvers<void>();
    const source = captures.withLog((_, { offset }) => {
      async function* body(): AsyncGenerator<LogPart> {
        if (offset === 0) yield { bytes: text('the log\n') };
        await thawed.promise;
        yield { bytes: text('words about it') };
      }
      return Promise.resolve({ kind: 'open', body: body() });
    });
    const { pod, capture, stored, beside } = await captures.running(source);
    const frozen = capture().run(within());
    await eventually('its first chunk is stored', async () => (await stored()) === 'the log\n');
    pod.write(text('the log\n'));
    const other = beside();
    const result = other.run(within());
    end(pod, other, false);
    const { statement } = await result;
    expect(statement).toMatchObject({ state: 'unsealed', bytes: 8 });
    thawed.resolve();
    expect((await frozen).statement).toEqual(statement);
    expect(await stored()).toBe('the log\n');
  });

  test('that died between closing the log and saying so leaves its statement to whoever comes next', async () => {
    const { pod, capture } = await captures.running();
    pod.write(text('something'));
    const first = capture();
    end(pod, first);
    const { statement } = await first.run(within());
    const second = capture();
    second.tellEnd({ kind: 'leaving', words: 'nobody saw its end', cause: 'no-seal' });
    expect((await second.run(within())).statement).toEqual(statement);
  });

  test('does not take the end of a stream for the end of the log', async () => {
    const { pod, capture } = await captures.running();
    const capturing = capture();
    pod.write(text('half'));
    const result = capturing.run(within());
    pod.breakLog();
    pod.write(text(' and half'));
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 13 });
  });

  test('of a log that the runtime cut says so after reading again, with the range that is lost', async () => {
    const { pod, capture } = await captures.running();
    const capturing = capture();
    pod.write(text('kept')).write(text('lost'), { stored: false });
    const result = capturing.run(within());
    end(pod, capturing);
    const { statement } = await result;
    expect(statement).toMatchObject({ state: 'truncated', lost: { from: 4, to: 8 } });
    expect(statement.tried.length).toBeGreaterThanOrEqual(3);
    expect(statement.tried.at(-2)).toMatch(/from byte 4: ended, 0 more bytes/);
    expect(statement.tried.at(-1)).toMatch(/it is not what was sealed either/);
    expect(statement.reason).toMatch(/dropped by the runtime/);
  });

  test('without a seal is unsealed', async () => {
    const { pod, capture } = await captures.running();
    const capturing = capture();
    pod.write(text('something'));
    const result = capturing.run(within());
    end(pod, capturing, false);
    expect((await result).statement).toMatchObject({ state: 'unsealed', bytes: 9 });
  });
});
