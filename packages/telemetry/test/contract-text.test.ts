import { describe, expect, it } from 'vitest';
import { contractList, contractText } from '../src/contract-text.ts';

describe('contractText', () => {
  it('leaves an ordinary text as it is', () => {
    expect(contractText('Größe: 17 of 25 ✓')).toBe('Größe: 17 of 25 ✓');
  });

  it('replaces a lone surrogate, which no UTF-8 can carry', () => {
    expect(contractText('a\ud800b')).toBe('a\ufffdb');
  });

  it('keeps a text of exactly 4 KiB', () => {
    const text = 'é'.repeat(2_048);
    expect(contractText(text)).toBe(text);
  });

  it.each([
    ['one byte', 'a'],
    ['two bytes', 'é'],
    ['three bytes', '€'],
    ['four bytes', '😀'],
  ])('cuts characters of %s at 4 KiB of UTF-8, never within one', (_, character) => {
    const cut = contractText(character.repeat(5_000));
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(4_096);
    expect(Buffer.byteLength(cut)).toBeGreaterThan(4_096 - 8);
    expect(cut).toMatch(/…$/);
    expect(cut.slice(0, -1).replaceAll(character, '')).toBe('');
  });
});

describe('contractList', () => {
  it('keeps a list that fits', () => {
    expect(contractList(['pod.schedule', 'container.start'])).toEqual(['pod.schedule', 'container.start']);
  });

  it('says how many items it left out of a list that is too long for one value', () => {
    const list = contractList(Array.from({ length: 100 }, () => 'x'.repeat(1_024)));
    expect(list).toHaveLength(33);
    expect(list.at(-1)).toBe('… 68 more');
  });
});
