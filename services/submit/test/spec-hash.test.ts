import { describe, expect, it } from 'vitest';
import { specHash } from '../src/spec-hash.ts';

describe('the hash of a spec', () => {
  it('does not depend on the order of fields, at any depth', () => {
    const a = { command: ['x'], env: { A: '1', B: '2' }, labels: { k: 'v' } };
    const b = { labels: { k: 'v' }, env: { B: '2', A: '1' }, command: ['x'] };
    expect(specHash(a)).toBe(specHash(b));
    expect(specHash(a)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    { command: ['x', 'y'] },
    { command: ['y', 'x'] },
    { command: ['x'], env: {} },
    { command: ['x'], env: { A: '1' } },
    { command: ['x'], env: { A: '2' } },
    { command: ['x'], priority: 1 },
    { command: ['["x"]'] },
  ])('tells %j from a spec that runs x', (other) => {
    expect(specHash(other)).not.toBe(specHash({ command: ['x'] }));
  });
});
