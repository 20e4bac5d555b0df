import { evaluationOfRun, Failure, type RunPlace } from '@lacuna/contracts';
import { fold, type Evaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';
import { readEvaluation } from './read-evaluation.ts';
import { within } from './within.ts';

/** The suites of a run as they ran together, folded from the stream; one that was never submitted is an evaluation without facts. */
interface Run {
  readonly id: string;
  readonly suites: readonly { readonly suite: string; readonly evaluation: Evaluation }[];
}

/** The repetitions of a suite of a run by itself, from the first on: each is submitted behind the one before it. */
export async function readRepetitions(
  bus: Pick<Bus, 'readFacts'>,
  run: Pick<RunPlace, 'id' | 'suite'>,
  withinMs: number,
): Promise<Evaluation[]> {
  const read: Evaluation[] = [];
  for (;;) {
    const id = evaluationOfRun({ ...run, alone: read.length + 1 });
    const evaluation = fold(id, await within(withinMs, bus.readFacts(id)));
    if (evaluation.submitted === undefined) return read;
    read.push(evaluation);
  }
}

/** The run that an evaluation is of, be it one of its suites or a repetition. Throws `not-found` for one that is of none, and as `readEvaluation`. */
export async function readRun(bus: Pick<Bus, 'readFacts'>, id: string, withinMs: number): Promise<Run> {
  const { submitted } = await readEvaluation(bus, id, withinMs);
  const { run } = submitted.data.spec;
  if (run === undefined) throw new Failure('not-found', `${id} is of no run: it was not submitted by lacuna run`);
  const read = run.suites.map(async (suite) => {
    const of = evaluationOfRun({ id: run.id, suite });
    return { suite, evaluation: fold(of, await bus.readFacts(of)) };
  });
  return { id: run.id, suites: await within(withinMs, Promise.all(read)) };
}
