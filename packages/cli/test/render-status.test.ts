import { describe, expect, test } from 'vitest';
import { renderStatus } from '../src/render/status.ts';
import { cutLog, latePod, passed, podMissing, podNotThereYet } from './support/stories.ts';
import { stages, T0, viewOf } from './support/views.ts';

const NOW = T0 + 12_165;

function expectStatus(view: Parameters<typeof renderStatus>[0], expected: string): void {
  expect(`\n${renderStatus(view, { now: NOW, width: 80, color: false })}\n`).toBe(expected);
}

describe('the status of an evaluation', () => {
  test('that passed shows every stage on one time axis, and the evidence', () => {
    expectStatus(
      passed(),
      `
integration  ev-070w3ge1r70w3ge1r70w3ge1r7
✔ passed
  25 of 25, exit code 0, log sealed
submitted 2026-11-23 20:15:00 UTC, settled after 12.4s

  ✔ submit             12ms  ━
  ✔ queue              28ms  ━
  ✔ job.create        125ms  ━
  ✔ pod.create        255ms  ━━
  ✔ pod.schedule       30ms   ━
  ✔ container.start    1.2s   ━━━━━━
  ✔ container.run     10.3s        ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
  ✔ log.capture       10.6s        ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
  ✔ report.read        50ms                                                    ━
  ✔ verdict           100ms                                                    ━
                             0s                                            12.4s

exit      code 0
log       sealed: 48 213 bytes, 812 lines, sha256
          9f86d0819f86d0819f86d0819f86d0819f86d0819f86d0819f86d0819f86d081
tests     25 of 25
job       lacuna-ev-7-1
pod       0b9e6a1c, container containerd://5c1
log at    http://127.0.0.1:4280/v1/evaluations/ev-070w3ge1r70w3ge1r70w3ge1r7/log
trace     http://127.0.0.1:16686/trace/2d9de453dce392d2d03af7873e9dfd57
`,
    );
  });

  test('whose pod is not there yet says what is waited for, why, and how long it is still owed', () => {
    expectStatus(
      podNotThereYet(),
      `
integration  ev-070w3ge1r70w3ge1r70w3ge1r7
… provisioning
submitted 2026-11-23 20:15:00 UTC, 12.2s ago

  ✔ submit             12ms                   ━
  ✔ queue              28ms                   ━
  ✔ job.create        125ms                   ━
  … pod.create        12.0s open, 18.0s left  ──────────────────────────────────
    FailedCreate: exceeded quota: pods, used: pods=10, limited: pods=10
  · pod.schedule            not reached
  · container.start         not reached
  · container.run           not reached
  · log.capture             not reached
  · report.read             not reached
  · verdict                 not reached
                                              0s                           12.2s

job       lacuna-ev-7-1
log at    http://127.0.0.1:4280/v1/evaluations/ev-070w3ge1r70w3ge1r70w3ge1r7/log
trace     http://127.0.0.1:16686/trace/2d9de453dce392d2d03af7873e9dfd57
`,
    );
  });

  test('whose pod never came shows the hole, its reason, and what is not owed behind it', () => {
    expectStatus(
      podMissing(),
      `
integration  ev-070w3ge1r70w3ge1r70w3ge1r7
✖ error
  pod.create missing: FailedCreate: exceeded quota: pods, used: pods=10,
  limited: pods=10
submitted 2026-11-23 20:15:00 UTC, settled after 1m 00s

  ✔ submit             12ms           ━
  ✔ queue              28ms           ━
  ✔ job.create        125ms           ━
  ✖ pod.create        30.0s missing   ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
    FailedCreate: exceeded quota: pods, used: pods=10, limited: pods=10
  · pod.schedule            not owed
  · container.start         not owed
  · container.run           not owed
  · log.capture             not owed
  · report.read             not owed
  ✔ verdict             0ms                                                    ━
                                      0s                                  1m 00s

job       lacuna-ev-7-1
absent    pod, exit code, seal, log
finding   pod.create missing: FailedCreate: exceeded quota: pods, used: pods=10,
          limited: pods=10 (raised after 30.2s)
log at    http://127.0.0.1:4280/v1/evaluations/ev-070w3ge1r70w3ge1r70w3ge1r7/log
trace     http://127.0.0.1:16686/trace/2d9de453dce392d2d03af7873e9dfd57
`,
    );
  });

  test('whose log was cut says how much is lost and which test has no result', () => {
    expectStatus(
      cutLog(),
      `
integration  ev-070w3ge1r70w3ge1r70w3ge1r7
? incomplete
  17 of 25; the log ends 1 787 bytes before its seal
submitted 2026-11-23 20:15:00 UTC, settled after 14.0s

  ✔ submit             12ms         ━
  ✔ queue              28ms         ━
  ✔ job.create        125ms         ━
  ✔ pod.create        255ms         ━
  ✔ pod.schedule       30ms          ━
  ✔ container.start    1.2s          ━━━━
  ✔ container.run     10.3s              ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
  ✖ log.capture       11.8s failed       ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
    the log ends 1 787 bytes before its seal
  ✖ report.read       100ms failed                                            ━
    17 of 25: no closing summary
  ✔ verdict           400ms                                                   ━━
                                    0s                                     14.0s

exit      code 0
log       truncated: 48 213 of 50 000 bytes, lost 1 787 from byte 48 213: the
          log ends 1 787 bytes before its seal
tests     17 of 25
no result tests/test_api.py::test_retry
job       lacuna-ev-7-1
pod       0b9e6a1c, container containerd://5c1
finding   log.capture truncated: the log ends 1 787 bytes before its seal
          (raised after 13.5s)
log at    http://127.0.0.1:4280/v1/evaluations/ev-070w3ge1r70w3ge1r70w3ge1r7/log
trace     http://127.0.0.1:16686/trace/2d9de453dce392d2d03af7873e9dfd57
`,
    );
  });

  test('whose pod came late shows it as late, with the finding that was raised and cleared', () => {
    expectStatus(
      latePod(),
      `
integration  ev-070w3ge1r70w3ge1r70w3ge1r7
✔ passed
  exit code 0, log sealed
submitted 2026-11-23 20:15:00 UTC, settled after 44.0s

  ✔ submit             12ms       ━
  ✔ queue              28ms       ━
  ✔ job.create        125ms       ━
  ✔ pod.create        41.0s late  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
  ✔ pod.schedule       35ms                                                  ━
  ✔ container.start   800ms                                                  ━
  ✔ container.run      1.5s                                                  ━━
  ✔ log.capture        1.7s                                                  ━━━
  ✔ report.read       100ms                                                    ━
  ✔ verdict           200ms                                                    ━
                                  0s                                       44.0s

exit      code 0
log       sealed: 1 024 bytes, 812 lines, sha256
          9f86d0819f86d0819f86d0819f86d0819f86d0819f86d0819f86d0819f86d081
job       lacuna-ev-7-1
pod       0b9e6a1c, container containerd://5c1
finding   pod.create missing: FailedCreate: exceeded quota: pods, used: pods=10,
          limited: pods=10 (raised after 30.2s, cleared 11.0s later)
log at    http://127.0.0.1:4280/v1/evaluations/ev-070w3ge1r70w3ge1r70w3ge1r7/log
trace     http://127.0.0.1:16686/trace/2d9de453dce392d2d03af7873e9dfd57
`,
    );
  });

  test('paints holes red, what came late yellow, and what is well only green at its mark and bar', () => {
    const colored = (view: Parameters<typeof renderStatus>[0], stage: string): string[] =>
      renderStatus(view, { now: NOW, width: 80, color: true })
        .split('\n')
        .filter((line) => line.includes(stage))
        .slice(0, 1);
    expect(colored(podMissing(), ' pod.create  ')).toEqual([
      `  \x1b[31m✖ pod.create        30.0s missing \x1b[39m  \x1b[31m${'╌'.repeat(21)}\x1b[39m`,
    ]);
    expect(colored(latePod(), ' pod.create  ')[0]).toMatch(/^ {2}\x1b\[33m✔ pod\.create {8}41\.0s late\x1b\[39m/);
    expect(colored(passed(), ' queue  ')).toEqual(['  \x1b[32m✔\x1b[39m queue              28ms  \x1b[32m━\x1b[39m']);
  });

  test('leaves the bars out where there is no room for them', () => {
    const narrow = renderStatus(passed(), { now: NOW, width: 36, color: false });
    expect(narrow).toContain('  ✔ container.run     10.3s\n');
    expect(narrow).not.toContain('━');
  });

  test('says when a stage is overdue and nobody has said so yet', () => {
    const open = { outcome: 'open', at: [0], deadline: T0 + 2_165 } as const;
    const status = renderStatus(viewOf({ stages: stages({ queue: open }) }), { now: NOW, width: 80, color: false });
    expect(status).toContain('… queue             12.2s open, 10.0s overdue');
  });

  test('does not let a name or a reason steer the terminal', () => {
    const view = viewOf({ name: 'evil\x1b]0;title\x07', reason: 'a\nb\x1b[2J\u202etxt', verdict: 'failed' });
    const status = renderStatus(view, { now: NOW, width: 80, color: false });
    expect(status).toContain('evil\\u001b]0;title\\u0007');
    expect(status).toContain('a b\\u001b[2J\\u202etxt');
  });

  test('names the attempts where there are several', () => {
    const { attempts, ...view } = passed();
    const second = { ...attempts[0], attempt: 2, stages: [], podUids: [] };
    const status = renderStatus({ ...view, attempts: [...attempts, second] }, { now: NOW, width: 80, color: false });
    expect(status).toContain('\nattempt 1 of 2\n');
    expect(status).toContain('\nattempt 2 of 2\n');
  });
});
