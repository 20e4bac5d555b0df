import { expect, it } from 'vitest';
import { excerpt } from '../src/request.ts';

it('shows the text inside a binary error, on one line', () => {
  expect(excerpt(Buffer.from([8, 3, 18, 4, ...Buffer.from('bad\nspan'), 0, 255]))).toBe('bad span');
});
