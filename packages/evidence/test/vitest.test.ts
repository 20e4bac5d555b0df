import { describe, expect, it } from 'vitest';
import { fixture, mustRead } from './fixture.ts';

describe('a complete vitest run', () => {
  it('reads how long it took', () => {
    expect(mustRead([fixture('vitest', 'green-default').bytes]).durationMs).toBeGreaterThan(1);
  });
});

describe('a vitest run that is not whole', () => {
  it('is not closed before its last line, as errors stand behind the figures of tests', () => {
    const whole = Buffer.from(fixture('vitest', 'unhandled-default').bytes).toString();
    expect(mustRead(whole.slice(0, whole.indexOf('     Errors'))).summary).toBe('missing');
  });

  it('disagrees when a file is missing from the log', () => {
    const whole = Buffer.from(fixture('vitest', 'two-files-default').bytes).toString();
    expect(mustRead(whole.replace(/ ✓ green.*\n/, '')).summary).toBe('disagrees');
  });
});
