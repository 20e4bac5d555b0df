import { describe, expect, it } from 'vitest';
import { accountFor } from '../src/index.ts';
import { mustRead } from './fixture.ts';

describe('a go test run that is not whole', () => {
  it('is not closed by the FAIL of a package that has not ended', () => {
    const log = 'FAIL\ta\t0.1s\nok  \tb\t0.1s\n--- FAIL: TestC (0.00s)\nFAIL\n';
    expect(mustRead(log).summary).toBe('missing');
    expect(mustRead(`${log}FAIL\tc\t0.1s\nFAIL\n`).summary).toBe('agrees');
  });

  it('is closed without a lone FAIL when go ran the package of its directory', () => {
    expect(mustRead('--- FAIL: TestC (0.00s)\nFAIL\nexit status 1\nFAIL\tc\t0.1s\n').summary).toBe('agrees');
  });
});

describe('what a go test prints', () => {
  it('is no result unless such a test is in flight', () => {
    const log =
      '=== RUN   TestA\n--- PASS: TestFake (0.00s)\nok  \tfake\t0.1s\nhey--- PASS: TestA (0.00s)\nPASS\nok  \ta\t0.1s\n';
    expect(accountFor(mustRead(log)).statement).toBe('1 of 1');
  });
});
