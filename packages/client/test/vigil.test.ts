import { defined, STAGES, type EvaluationView, type LifeView, type Stage, type StageView } from '@lacuna/contracts';
import { describe, expect, it } from 'vitest';
import { updateVigil, stuckIn, type Vigil } from '../src/vigil.ts';
import { running } from './support/views.ts';

/** When the stage that is owed began, in the clock of these tests; milliseconds. */
const FROM = 1_000_000;
/** What the client adds to every patience, so that the auditor speaks first. */
const EXTRA = 10_000;

interface Told {
  readonly outcome?: 'open' | 'missing';
  readonly owedWithinMs?: number;
  readonly graceMs?: number;
  readonly reason?: string;
  readonly life?: LifeView;
}

/** An evaluation of which all stages up to one are over. */
function at(stage: Stage, told: Told = {}): EvaluationView {
  const { outcome = 'open', owedWithinMs = 30_000, graceMs = 30_000, reason = 'nobody knows', life } = told;
  const stages = STAGES.map((name, index): StageView => {
    const held = STAGES.indexOf(stage);
    const common = { stage: name, service: 'k8s-watch' } as const;
    if (index > held) return { ...common, outcome: 'not-owed' };
    if (index < held) return { ...common, outcome: 'ok', from: FROM - 1_000, to: FROM };
    const until = FROM + owedWithinMs;
    return {
      ...common,
      outcome,
      from: FROM,
      ...(outcome === 'open' ? { deadline: until } : { to: until }),
      graceMs,
      reason,
    };
  });
  return { ...running(), attempts: [{ attempt: 1, stages, podUids: [] }], ...defined({ life }) };
}

const queue = (ahead: number, others = 0): LifeView => ({ queue: { waiting: 9, ahead, running: others } });

/** Looks at one after the other, each at its time. */
function seen(...looks: readonly (readonly [now: number, view: EvaluationView])[]): Vigil {
  let vigil: Vigil | undefined;
  for (const [now, view] of looks) vigil = updateVigil(vigil, view, now);
  if (vigil === undefined) throw new Error('nothing was looked at');
  return vigil;
}

/** Looks every five seconds, from the begin of the stage to a moment, at what a function of the time shows. */
function watched(untilMs: number, view: (ms: number) => EvaluationView): ReturnType<typeof stuckIn> {
  let vigil: Vigil | undefined;
  for (let ms = 0; ms <= untilMs; ms += 5_000) {
    vigil = updateVigil(vigil, view(ms), FROM + ms);
    const stuck = stuckIn(view(ms), vigil, FROM + ms);
    if (stuck !== undefined) return stuck;
  }
  return undefined;
}

describe('a stage in which nothing moves', () => {
  it('is waited for as long as the contract owes it, its grace, and the moment that the auditor takes', () => {
    const view = at('pod.create', { outcome: 'missing', reason: 'FailedCreate: exceeded quota' });
    const vigil = seen([FROM, view], [FROM + 25_000, view], [FROM + 50_000, view], [FROM + 69_999, view]);
    expect(stuckIn(view, vigil, FROM + 60_000 + EXTRA - 1)).toBeUndefined();
    expect(stuckIn(view, vigil, FROM + 60_000 + EXTRA)).toEqual({
      stage: 'pod.create',
      forMs: 70_000,
      owedWithinMs: 30_000,
      reason: 'FailedCreate: exceeded quota',
    });
  });

  it('becomes missing at its deadline, which is no sign of life', () => {
    const stuck = watched(600_000, (ms) => at('pod.create', { outcome: ms < 30_000 ? 'open' : 'missing' }));
    expect(stuck?.forMs).toBe(70_000);
  });

  it('long overdue when the waiting begins is still watched for its grace', () => {
    const view = at('pod.schedule', { outcome: 'missing' });
    const late = FROM + 3_600_000;
    expect(stuckIn(view, seen([late, view]), late)).toBeUndefined();
    expect(
      stuckIn(view, seen([late, view], [late + 20_000, view], [late + 40_000, view]), late + 40_000),
    ).toMatchObject({
      stage: 'pod.schedule',
      forMs: 3_640_000,
    });
  });

  it('is the verdict, when all evidence is there and nobody judges it', () => {
    const view = { ...at('report.read'), attempts: at('verdict').attempts };
    const silent = view.attempts.map((attempt) => ({
      ...attempt,
      stages: attempt.stages.map((one): StageView => (one.stage === 'verdict' ? { ...one, outcome: 'not-owed' } : one)),
    }));
    expect(watched(600_000, () => ({ ...view, attempts: silent }))).toMatchObject({
      stage: 'verdict',
      forMs: 40_000,
      reason: expect.stringContaining('trace-audit'),
    });
  });
});

describe('an evaluation that lives is waited for, however long it takes', () => {
  const LONG = 3_600_000;
  it.each<[what: string, view: (ms: number) => EvaluationView]>([
    ['its queue moves', (ms) => at('queue', { life: queue(1_000 - ms / 20_000) })],
    ['others come to an end in front of it', (ms) => at('queue', { life: queue(3, ms / 20_000) })],
    ['others that run will make room for its pod', () => at('pod.create', { outcome: 'missing', life: queue(0, 2) })],
    ['its log grows', (ms) => at('container.run', { life: { logBytes: ms } })],
    ['the capture of its log goes on', (ms) => at('log.capture', { outcome: 'missing', life: { logBytes: ms } })],
  ])('%s', (_, view) => {
    expect(watched(LONG, view)).toBeUndefined();
  });

  it('anew with each stage, and with each attempt', () => {
    const stages: Stage[] = ['queue', 'job.create', 'pod.create', 'pod.schedule', 'container.start'];
    expect(watched(250_000, (ms) => at(stages[Math.floor(ms / 60_000)] ?? 'container.run'))).toBeUndefined();
  });

  it('until it moves no more: then patience counts from the last sign', () => {
    const stuck = watched(LONG, (ms) => at('queue', { life: queue(Math.max(3, 20 - ms / 10_000)) }));
    expect(stuck?.forMs).toBe(170_000 + 60_000 + EXTRA);
  });
});

describe('what is no sign of life', () => {
  it.each<[what: string, view: (ms: number) => EvaluationView]>([
    [
      'more and more wait in the queue',
      (ms) => at('queue', { life: { queue: { waiting: ms, ahead: 3, running: 0 } } }),
    ],
    ['the cluster says in other words why', (ms) => at('pod.create', { reason: `try ${ms}` })],
    ['others come and go while it runs', (ms) => at('container.run', { life: queue(0, ms) })],
    ['a finding is raised', (ms) => ({ ...at('pod.create'), findings: ms < 60_000 ? [] : [finding] })],
  ])('%s', (_, view) => {
    expect(watched(600_000, view)?.forMs).toBe(60_000 + EXTRA);
  });
  const finding = { stage: 'pod.create', cause: 'missing', reason: 'no pod', raisedAt: FROM + 60_000 } as const;
});

it('what happened while nobody could look is not held against it', () => {
  const view = at('pod.create', { outcome: 'missing' });
  const back = FROM + 600_000;
  expect(stuckIn(view, seen([FROM, view], [back, view]), back)).toBeUndefined();
});

it('a verdict is the end of all waiting', () => {
  const view = { ...at('pod.create'), verdict: 'passed' } as const;
  expect(stuckIn(view, seen([FROM, view]), FROM + 3_600_000)).toBeUndefined();
});
