import { describe, expect, it } from 'vitest';
import { accountFor } from '../src/index.ts';
import { fixture, mustRead } from './fixture.ts';

const START = `${'='.repeat(28)} test session starts ${'='.repeat(31)}`;

describe('a complete pytest run', () => {
  it('keeps what the tool itself claims, and how long it took', () => {
    const report = mustRead([fixture('pytest', 'verbose').bytes]);
    expect(report.claimed).toEqual({ passed: 8, failed: 2, skipped: 2, errored: 2 });
    expect(report.durationMs).toBeGreaterThan(0);
  });
});

describe('a pytest run that is not whole', () => {
  it('is never complete when a worker was stopped between its tests', () => {
    const closing = `${'='.repeat(30)} 1 failed, 5 passed in 0.78s ${'='.repeat(30)}`;
    const log = `${START}\n2 workers [13 items]\n\n......F\n${'!'.repeat(25)} stopping after 1 failures ${'!'.repeat(25)}\n${closing}\n`;
    expect(accountFor(mustRead(log)).complete).toBe(false);
  });

  it('names the tests of all workers in flight', () => {
    const log = `${START}\n2 workers [4 items]\n\na.py::test_1 \na.py::test_2 \n[gw0] [ 25%] PASSED a.py::test_1 \na.py::test_3 \n`;
    expect(mustRead(log).inFlight).toEqual(['a.py::test_2', 'a.py::test_3']);
  });
});

describe('what a pytest test prints', () => {
  const printed = 'b.py::test_fake PASSED [ 50%]\n=== 1 passed in 0.01s ===\n[100%]\n';

  it('is no result while columns show which lines are pytest’s', () => {
    const result = `a.py::test_1 PASSED${' '.repeat(54)}[100%]`;
    const log = `${START}\ncollected 1 item\n\n${printed}${result}\n`;
    expect(accountFor(mustRead(log)).statement).toBe('1 of 1, summary missing');
  });

  it('is no result within the captured output of a failed test', () => {
    const genuine = fixture('pytest', 'verbose').bytes;
    expect(Buffer.from(genuine).toString()).toContain('test_other.py::test_y PASSED [ 50%]\n=== 7 passed in 0.01s ===');
    expect(mustRead([genuine]).passed).toBe(7);
  });

  it('can’t close a run: only a rule as wide as the terminal does', () => {
    const log = `${START}\ncollected 1 item\n\na.py::test_1 PASSED\n=== 1 passed in 0.01s ===\n`;
    expect(mustRead(log).summary).toBe('missing');
  });
});

describe('pytest figures that contradict each other', () => {
  const close = (figures: string): string => `${'='.repeat(28)} ${figures} in 0.01s ${'='.repeat(40)}`;

  it('are never complete when the closing line has other counts', () => {
    const log = `${START}\ncollected 2 items\n\na.py ..\n\n${close('3 passed')}\n`;
    expect(accountFor(mustRead(log))).toMatchObject({
      complete: false,
      statement: '2 of 2, summary disagrees (3 passed)',
    });
  });

  it('are never complete when there are more results than tests', () => {
    const log = `${START}\ncollected 2 items\n\na.py ...\n\n${close('3 passed')}\n`;
    expect(accountFor(mustRead(log))).toMatchObject({ complete: false, statement: '3 results for 2 collected' });
  });
});
