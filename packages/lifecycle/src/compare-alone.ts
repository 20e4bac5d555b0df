import { defined, fact, type AloneOutcome, type FactData, type FactOf } from '@lacuna/contracts';
import { latestAttempt, primaryPod, startOf, type Attempt, type Evaluation } from './evaluation.ts';

/** A suite as it ran together with the others of its run, and a repetition of it by itself; with what the log of each says it lacked. */
interface Repetition {
  readonly together: Evaluation;
  readonly alone: Evaluation;
  readonly others: readonly Evaluation[];
  readonly clues: { readonly together: readonly string[]; readonly alone: readonly string[] };
}

type Comparison = FactData<'compared-alone'>;

/**
 * What a repetition says about the run; undefined until both have a verdict. A function of facts and logs: whoever compares says the same.
 * One repetition that passes is weak evidence, because the test may be flaky all the same.
 */
export function compareAlone({ together, alone, others, clues }: Repetition): FactOf<'compared-alone'> | undefined {
  const { submitted, settled } = alone;
  const time = submitted?.data.spec.run?.alone;
  if (submitted === undefined || settled === undefined || together.settled === undefined || time === undefined)
    return undefined;
  const data: Comparison = {
    alone: alone.id,
    time,
    outcome: outcomeOf(together, alone),
    from: submitted.at,
    failed: failedOf(together, alone),
    overlapped: others.flatMap((other) => overlapOf(together, other)),
    fought: [...new Set([...lacked(together), ...without(clues.together, clues.alone)])].slice(0, 50),
  };
  const at = Math.max(settled.at, together.settled.at);
  return fact('compared-alone', { evaluation: together.id, at, known: 'inferred' }, data);
}

function outcomeOf(together: Evaluation, alone: Evaluation): AloneOutcome {
  const [before, after] = [together.settled?.data.verdict, alone.settled?.data.verdict];
  if (after === 'passed' && before !== 'passed') return 'passes-alone';
  const same = before === after && failuresOf(together).join('\n') === failuresOf(alone).join('\n');
  return same && before !== 'passed' ? 'fails-the-same' : 'differs';
}

function failedOf(together: Evaluation, alone: Evaluation): Comparison['failed'] {
  const [before, after] = [failuresOf(together), failuresOf(alone)];
  return {
    both: before.filter((name) => after.includes(name)),
    onlyTogether: without(before, after),
    onlyAlone: without(after, before),
  };
}

/** Tests that failed or could not be judged, by name, each once. */
function failuresOf(evaluation: Evaluation): string[] {
  const report = primaryPod(latestAttempt(evaluation))?.report?.data.report;
  return [...new Set(report?.failures)].sort();
}

function without(all: readonly string[], some: readonly string[]): string[] {
  return all.filter((one) => !some.includes(one));
}

function overlapOf(together: Evaluation, other: Evaluation): Comparison['overlapped'] {
  const [mine, theirs] = [ranFor(together), ranFor(other)];
  const suite = other.submitted?.data.spec.run?.suite;
  if (mine === undefined || theirs === undefined || suite === undefined) return [];
  const ms = Math.min(mine.to, theirs.to) - Math.max(mine.from, theirs.from);
  const node = mine.node === theirs.node ? mine.node : undefined;
  return ms > 0 ? [{ evaluation: other.id, suite, ms, ...defined({ node }) }] : [];
}

/** From start to end; one that has not ended is still running. */
function ranFor(evaluation: Evaluation): { from: number; to: number; node: string | undefined } | undefined {
  const pod = primaryPod(latestAttempt(evaluation));
  const from = pod && startOf(pod);
  if (from === undefined) return undefined;
  return { from, to: pod?.ended?.at ?? pod?.gone?.at ?? Infinity, node: pod?.scheduled?.data.node };
}

/** What an evaluation had to wait for or lost to others, as its facts have it. Waiting for a slot is no fight: the queue is for that. */
function lacked(evaluation: Evaluation): string[] {
  return Object.values(evaluation.attempts).flatMap((attempt) => [...waits(attempt), ...pressure(attempt)]);
}

const WAITS: Readonly<Record<string, string>> = {
  quota: 'the quota',
  throttled: 'the API server, which limited its requests',
  unavailable: 'the API server, which did not answer',
};

function waits({ delays, warnings, job }: Attempt): string[] {
  const causes = [...Object.keys(delays), ...Object.keys(job?.data.delaysMs ?? {})].map((cause) => WAITS[cause]);
  const quota = Object.values(warnings).some(({ data }) => data.quota !== undefined) ? [WAITS['quota']] : [];
  return [...causes, ...quota].filter((what) => what !== undefined);
}

/** Reasons by which the node says that it has too little for all. */
const PRESSURE = /pressure|evict|preempt|OOM|FreeDiskSpace/i;

function pressure({ warnings, pods }: Attempt): string[] {
  const words = Object.values(warnings).filter(({ data }) => PRESSURE.test(data.reason));
  const ends = Object.values(pods).flatMap(({ ended, gone }) => [
    ...(ended !== undefined && PRESSURE.test(ended.data.reason) ? [`the node: ${ended.data.reason}`] : []),
    ...(gone !== undefined && PRESSURE.test(gone.data.cause) ? [`the node: ${gone.data.message}`] : []),
  ]);
  const told = [...words.map(({ data }) => `the node: ${data.reason}: ${data.message}`), ...ends];
  return told.map((what) => what.slice(0, 512));
}

/** What all repetitions say together. */
type AloneVerdict = 'passes-alone' | 'fails-the-same' | 'flaky';

/** One answer out of all repetitions: `flaky` unless they agree. Undefined without any. */
export function aloneVerdict(comparisons: readonly FactOf<'compared-alone'>[]): AloneVerdict | undefined {
  const outcomes = new Set(comparisons.map(({ data }) => data.outcome));
  const [first] = outcomes;
  if (first === undefined) return undefined;
  return outcomes.size === 1 && first !== 'differs' ? first : 'flaky';
}
