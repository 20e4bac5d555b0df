import { expect, test } from 'vitest';
import { progressPrinter } from '../src/progress.ts';

function printed(isTTY: boolean, lines: readonly { message: string; passing: boolean; atMs: number }[]): string {
  let [text, now] = ['', 0];
  const print = progressPrinter({ isTTY, write: (part) => (text += part) }, () => now);
  for (const { atMs, ...line } of lines) {
    now = atMs;
    print(line);
  }
  return text;
}

const counting = [
  { message: 'building', passing: false, atMs: 0 },
  { message: '1 package', passing: true, atMs: 100 },
  { message: '2 packages', passing: true, atMs: 200 },
  { message: '900 packages', passing: true, atMs: 16_000 },
  { message: 'built', passing: false, atMs: 16_100 },
];

test('a log gets every lasting line and one counter in fifteen seconds', () => {
  expect(printed(false, counting)).toBe('building\n1 package\n900 packages\nbuilt\n');
});

test('a terminal shows the counter in place and keeps the lasting lines', () => {
  const kept = printed(true, counting)
    .replaceAll('\r\u001b[K', '\r')
    .split('\n')
    .map((line) => line.split('\r').at(-1));
  expect(kept).toEqual(['building', 'built', '']);
});
