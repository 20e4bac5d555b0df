import { expect, test } from 'vitest';
import { eventually } from '../src/index.ts';
import { addWitness } from '../src/witnesses.ts';

test('gives the first value that is there, also a falsy one such as 0', async () => {
  const values = [undefined, null, false, 0, 1];
  expect(await eventually('a number', () => values.shift())).toBe(0);
});

test('a probe that throws is asked again', async () => {
  let calls = 0;
  const probe = () => {
    if (++calls < 3) throw new Error('not up');
    return 'up';
  };
  expect(await eventually('the server', probe)).toBe('up');
});

test('after the time is over it names what was awaited and the last value', async () => {
  const waiting = eventually('a settled evaluation', () => false, { withinMs: 30 });
  await expect(waiting).rejects.toThrow('a settled evaluation: not within 30 ms; last value: false');
});

test('after the time is over it carries the last error', async () => {
  const refused = new Error('connection refused');
  const waiting = eventually('the server', () => Promise.reject(refused), { withinMs: 30 });
  await expect(waiting).rejects.toMatchObject({
    message: expect.stringContaining('connection refused'),
    cause: refused,
  });
});

test('after the time is over it tells what each fixture shows, and why one shows nothing', async () => {
  const late = (): Promise<unknown> => eventually('a pod', () => false, { withinMs: 30 });
  {
    using stack = new DisposableStack();
    stack.use(addWitness(async () => 'node: not ready'));
    stack.use(addWitness(() => Promise.reject(new Error('no answer'))));
    await expect(late()).rejects.toThrow(
      /last value: false\nnode: not ready\na witness saw nothing: Error: no answer$/,
    );
  }
  await expect(late()).rejects.toThrow(/last value: false$/);
});

test('a probe that never answers does not hang the test', async () => {
  const waiting = eventually('an answer', () => new Promise(() => {}), { withinMs: 30 });
  await expect(waiting).rejects.toThrow('the last probe had not answered');
});

test('a probe that does not answer in time takes nothing from what the one before it said', async () => {
  let calls = 0;
  const probe = () => (++calls === 1 ? Promise.reject(new Error('5 evaluations')) : new Promise<never>(() => {}));
  const waiting = eventually('six evaluations', probe, { withinMs: 100 });
  await expect(waiting).rejects.toThrow(/the last probe had not answered; last error: Error: 5 evaluations/);
});
