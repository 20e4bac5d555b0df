import { describe, expect, test } from 'vitest';
import { describeLog } from '../src/render/describe-log.ts';
import { wrap } from '../src/text/display-width.ts';
import { exitCodeOf } from '../src/exit-code.ts';
import { renderVerdictLine } from '../src/render/verdict.ts';
import { renderList } from '../src/render/list.ts';
import { renderWaiting } from '../src/render/waiting.ts';
import { cutLog, passed, podMissing, podNotThereYet } from './support/stories.ts';
import { idOf, sealedLog, settledView, summaryOf, T0, viewOf } from './support/views.ts';

const SHA = '9f86d081'.repeat(8);

describe('a log statement', () => {
  test.for([
    ['sealed', sealedLog(48_213), `sealed: 48 213 bytes, 812 lines, sha256 ${SHA}`],
    [
      'unsealed',
      { ...sealedLog(1), state: 'unsealed', lines: 1, reason: 'no seal came' },
      `unsealed, so not proven complete: no seal came; 1 byte, 1 line, sha256 ${SHA}`,
    ],
    [
      'mismatch',
      { ...sealedLog(12), state: 'mismatch', sealedBytes: 10 },
      'mismatch: 12 bytes, but the seal counted 10',
    ],
    [
      'none',
      { ...sealedLog(0), state: 'none', reason: 'the container never started' },
      'none: the container never started',
    ],
  ] as const)('that is %s says what it proves', ([, statement, said]) => {
    expect(describeLog(statement)).toBe(said);
  });

  test('that is truncated says from where how much is lost', () => {
    const { log } = cutLog().attempts[0] ?? {};
    expect(log === undefined ? '' : describeLog(log)).toBe(
      'truncated: 48 213 of 50 000 bytes, lost 1 787 from byte 48 213: the log ends 1 787 bytes before its seal',
    );
  });

  test('that is truncated by policy does not say so twice', () => {
    const reason = 'truncated by policy, 90 bytes dropped: the log is longer than its budget of 10 bytes';
    const cut = {
      ...sealedLog(10),
      state: 'truncated',
      sealedBytes: 100,
      lost: { from: 10, to: 100 },
      reason,
    } as const;
    expect(describeLog(cut)).toBe(
      'truncated: 10 of 100 bytes, lost 90 from byte 10: by policy, 90 bytes dropped: the log is longer than its budget of 10 bytes',
    );
  });
});

test('a line is broken between words, and not within a number', () => {
  expect(wrap('a budget of 1 073 741 824 bytes', 18)).toEqual(['a budget of', '1 073 741 824', 'bytes']);
  expect(wrap('exit 3 after 2 pods', 8)).toEqual(['exit 3', 'after 2', 'pods']);
});

test('the verdict in one line has the mark, the name, the reason, the time and the id', () => {
  expect(renderVerdictLine(passed(), { color: false })).toBe(
    `✔ passed  integration  25 of 25, exit code 0, log sealed  12.4s  ${idOf(7)}`,
  );
});

describe('the exit code of several', () => {
  test.for([
    [['passed', 'passed'], 0],
    [['passed', 'cancelled'], 6],
    [['cancelled', 'failed', 'passed'], 1],
    [['failed', 'timed_out'], 5],
    [['timed_out', 'incomplete'], 4],
    [['incomplete', 'error', 'cancelled'], 3],
  ] as const)('%s is that of the worst, %i', ([verdicts, code]) => {
    expect(exitCodeOf(verdicts.map((verdict) => ({ verdict })))).toBe(code);
  });
});

describe('what an evaluation waits for', () => {
  const options = { now: T0 + 12_165, width: 120, color: false };

  test('is the stage that is owed, until when, and why it is not there', () => {
    expect(renderWaiting(podNotThereYet(), options)).toBe(
      '… provisioning  integration  12.2s  waits for the end of pod.create (18.0s left): FailedCreate: exceeded quota: pods, u…',
    );
  });

  test('is a hole, once it is one', () => {
    const { attempts } = podMissing();
    const view = { ...viewOf({ phase: 'provisioning' }), attempts };
    expect(renderWaiting(view, { ...options, width: 70 })).toBe(
      '… provisioning  integration  12.2s  pod.create missing: FailedCreate:…',
    );
  });
});

describe('the list', () => {
  const items = [
    settledView('failed', { id: idOf(1), name: 'größe 測試 of a very long name that does not fit' }),
    podNotThereYet(),
    cutLog(),
  ].map(summaryOf);

  test('has short ids, columns that line up, and reasons cut to the width of a terminal', () => {
    const lines = renderList(items, { now: T0 + 60_000, width: 100, color: false, whole: false });
    expect(lines).toEqual([
      'ID            NAME                          STATE           AGE     TOOK    WHY',
      'ev-01040g208  größe 測試 of a very long n…  ✖ failed        1m 00s  4.2s    as failed as can be',
      'ev-070w3ge1r  integration                   … provisioning  1m 00s  1m 00s',
      'ev-070w3ge1r  integration                   ? incomplete    1m 00s  14.0s   17 of 25; the log ends…',
    ]);
  });

  test('has full ids and reasons where a program may read them', () => {
    const lines = renderList(items, { now: T0 + 60_000, width: 100, color: false, whole: true });
    expect(lines[1]).toContain(idOf(1));
    expect(lines[3]).toMatch(/17 of 25; the log ends 1 787 bytes before its seal; 1 finding$/);
  });
});
