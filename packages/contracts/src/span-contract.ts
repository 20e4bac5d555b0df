/** Which part of the system answers for a stage: the `service.name` of its span. */
export type StageService = 'submit' | 'dispatch' | 'k8s-watch' | 'log-collect' | 'trace-audit';

export const STAGES = [
  'submit',
  'queue',
  'job.create',
  'pod.create',
  'pod.schedule',
  'container.start',
  'container.run',
  'log.capture',
  'report.read',
  'verdict',
] as const;
export type Stage = (typeof STAGES)[number];

/** One row of the span contract: what every evaluation is owed. */
interface StageContract {
  readonly stage: Stage;
  readonly service: StageService;
  readonly from: string;
  readonly to: string;
  /** Milliseconds from the begin of the stage until its absence is a finding; undefined = not owed by the clock alone. */
  readonly owedWithinMs?: number;
  /** Milliseconds after the finding until the evaluation is settled without the stage; a late arrival before that still counts. */
  readonly graceMs?: number;
  readonly absence: string;
}

/**
 * The span contract (design, section 5). The times are defaults; {@link Deadlines} overrides them per installation.
 * `container.run` is owed within the run timeout of the spec, to which its figure here is added.
 */
export const SPAN_CONTRACT: readonly StageContract[] = [
  { stage: 'submit', service: 'submit', from: 'request', to: 'stream ack', absence: 'never accepted' },
  {
    stage: 'queue',
    service: 'dispatch',
    from: 'submitted',
    to: 'slot',
    owedWithinMs: 3_600_000,
    graceMs: 0,
    absence: 'dispatcher not processing, or no capacity',
  },
  {
    stage: 'job.create',
    service: 'dispatch',
    from: 'slot',
    to: 'Job uid',
    owedWithinMs: 10_000,
    graceMs: 60_000,
    absence: 'API errors, rate limit',
  },
  {
    stage: 'pod.create',
    service: 'k8s-watch',
    from: 'Job uid',
    to: 'first pod of that uid',
    owedWithinMs: 30_000,
    graceMs: 30_000,
    absence: 'quota, admission, controller: "provisioning" for ever',
  },
  {
    stage: 'pod.schedule',
    service: 'k8s-watch',
    from: 'pod created',
    to: 'PodScheduled',
    owedWithinMs: 300_000,
    graceMs: 300_000,
    absence: 'unschedulable',
  },
  {
    stage: 'container.start',
    service: 'k8s-watch',
    from: 'scheduled',
    to: 'running',
    owedWithinMs: 300_000,
    graceMs: 300_000,
    absence: 'bad image, config error',
  },
  {
    stage: 'container.run',
    service: 'k8s-watch',
    from: 'running',
    to: 'terminated',
    owedWithinMs: 60_000,
    graceMs: 60_000,
    absence: 'node lost, killed, hung',
  },
  {
    stage: 'log.capture',
    service: 'log-collect',
    from: 'container started',
    to: 'log closed',
    owedWithinMs: 30_000,
    graceMs: 60_000,
    absence: 'tail dropped, stream cut, rotated away',
  },
  {
    stage: 'report.read',
    service: 'log-collect',
    from: 'log closed',
    to: 'results add up',
    owedWithinMs: 30_000,
    graceMs: 60_000,
    absence: 'summary line missing, 17 of 25',
  },
  {
    stage: 'verdict',
    service: 'trace-audit',
    from: 'last evidence',
    to: 'settled',
    absence: 'the auditor itself is not running',
  },
];

/** Times of the contract, by stage, in milliseconds; what is absent keeps the contract's own figure. */
export type Deadlines = Readonly<Partial<Record<Stage, { readonly owedWithinMs?: number; readonly graceMs?: number }>>>;

const BY_STAGE = new Map(SPAN_CONTRACT.map((row) => [row.stage, row]));

/** The contract of one stage, with an installation's own times applied. */
export function stageContract(stage: Stage, deadlines: Deadlines = {}): StageContract {
  const row = BY_STAGE.get(stage);
  if (row === undefined) throw new RangeError(`no such stage: ${stage}`);
  return { ...row, ...deadlines[stage] };
}
