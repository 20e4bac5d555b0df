import { describe, expect, it } from 'vitest';
import { mustRead } from './fixture.ts';

describe('a jest run that is not whole', () => {
  it('says what is known before the summary', () => {
    const log = 'FAIL ./a.test.js\n  ● cart › adds\n\n    boom\n\n  ● cart › removes\n\n    boom\n\nPASS ./b.test.js\n';
    expect(mustRead(log)).toMatchObject({ passed: 0, failed: 2, summary: 'missing' });
  });
});
