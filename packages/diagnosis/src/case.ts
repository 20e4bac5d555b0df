import {
  STAGES,
  type Deadlines,
  type FactData,
  type LogStatement,
  type Phase,
  type Stage,
  type TestReport,
} from '@lacuna/contracts';
import { accountFor } from '@lacuna/evidence';
import {
  beforeRemoval,
  latestAttempt,
  phaseOf,
  primaryPod,
  stagesOf,
  type Attempt,
  type Evaluation,
  type Pod,
  type StageState,
} from '@lacuna/lifecycle';
import { lastError, type LastError } from './log/last-error.ts';
import type { Surroundings } from './surroundings.ts';

/** One evaluation as a rule sees it: the facts of its latest attempt, what follows from them, and its surroundings. */
export interface Case extends Omit<Surroundings, 'deadlines'> {
  readonly evaluation: Evaluation;
  readonly attempt: Attempt;
  readonly pod: Pod | undefined;
  readonly phase: Phase;
  readonly stages: Stages;
  /** The first stage that is missing, or that the platform broke. */
  readonly hole: StageState | undefined;
  /** How the container ended, as the cluster reports it. */
  readonly end: FactData<'container-ended'> | undefined;
  /** Whether the program ended by itself and badly: not passed, and not ended by the platform, a limit or a cancellation. */
  readonly failedByItself: boolean;
  /** What is proven of the log, once it is closed. */
  readonly statement: LogStatement | undefined;
  /** The uncaught error that the log ends with, if it does. */
  readonly uncaught: LastError | undefined;
  /** The test results as they were read, when there are any. */
  readonly report: TestReport | undefined;
  /** How the test results do not add up, such as `17 of 25 …`; undefined when they do, or when there are none. */
  readonly unaccounted: string | undefined;
}

type Stages = Readonly<Record<Stage, StageState>>;

/** The latest attempt of an evaluation as a case. */
export function caseOf(evaluation: Evaluation, { deadlines, ...surroundings }: Surroundings): Case {
  const attempt = beforeRemoval(evaluation, latestAttempt(evaluation));
  const stages = stagesByName(evaluation, attempt, deadlines);
  const pod = primaryPod(attempt);
  const end = pod?.ended?.data;
  const report = pod?.report?.data.report;
  return {
    ...surroundings,
    evaluation,
    attempt,
    pod,
    phase: phaseOf(evaluation),
    stages,
    hole: Object.values(stages).find(({ outcome, broken }) => outcome === 'missing' || broken?.platform === true),
    end,
    failedByItself: end !== undefined && stages['container.run'].broken === undefined && isBad(end),
    statement: pod?.logClosed?.data.statement,
    uncaught: surroundings.log && lastError(surroundings.log.tail),
    report,
    unaccounted: report && unaccounted(report, evaluation.submitted?.data.spec.expect?.tests),
  };
}

/** In the order of an evaluation's life. */
function stagesByName(evaluation: Evaluation, attempt: Attempt, deadlines: Deadlines | undefined): Stages {
  const stages = stagesOf(evaluation, attempt, deadlines);
  return Object.fromEntries(STAGES.map((stage, index) => [stage, stages[index]])) as Stages;
}

function isBad({ reason, exitCode = 0, signal }: FactData<'container-ended'>): boolean {
  return reason !== 'Stopped' && (exitCode !== 0 || signal !== undefined);
}

function unaccounted(report: TestReport, expected: number | undefined): string | undefined {
  const { complete, statement } = accountFor(report, expected);
  return complete ? undefined : statement;
}
