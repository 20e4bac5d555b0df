import type { Client } from '@lacuna/client';
import { traceIdOf, type EvaluationId, type FactData } from '@lacuna/contracts';
import { eventually, jaegerTrace } from '@lacuna/testing';
import { connect } from 'nats';
import { brokenTrace } from '../support/history.ts';
import { rateOf } from './side.ts';

/** A running Lacuna, however it is composed. */
export interface Target {
  readonly client: Client;
  readonly nats: string;
  readonly jaeger: string;
}

interface Load {
  readonly ids: readonly EvaluationId[];
  /** First submission to last verdict, in evaluations a second. */
  readonly rate: number;
  /** How many ended how. */
  readonly verdicts: ReadonlyMap<string, number>;
}

interface LoadOptions {
  /** How many may be submitted and not settled; all by default. */
  readonly atOnce?: number;
  /** Given up when there was no verdict for so long; never by default. Milliseconds. */
  readonly stillMs?: number;
  /** Told after each verdict how many there are. */
  readonly onSettled?: (count: number) => void;
}

const CONNECTIONS = 16;
const SPEC = { name: 'load', image: 'fake', command: ['true'] };
const TRACES_WITHIN_MS = 300_000;
const TRACES_AT_ONCE = 8;

/** Submits evaluations one by one over kept-alive connections, and waits until all are settled, or nothing is any more. */
export async function settleMany(
  { client, nats }: Target,
  count: number,
  { atOnce = count, stillMs, onSettled }: LoadOptions = {},
): Promise<Load> {
  const connection = await connect({ servers: nats });
  const settled = connection.subscribe('lacuna.evaluation.*.*.settled', { max: count });
  await connection.flush();
  const verdicts = new Map<string, number>();
  let done = 0;
  let givenUp = false;
  let room = Promise.withResolvers<void>();
  const ids: EvaluationId[] = [];
  const begin = performance.now();
  const submitting = rateOf(count, CONNECTIONS, async (i) => {
    while (i - done >= atOnce && !givenUp) await room.promise;
    if (!givenUp) ids.push((await client.submit(SPEC)).id);
  });
  const giveUp = (): void => {
    givenUp = true;
    room.resolve();
    settled.unsubscribe();
  };
  const patience = stillMs === undefined ? undefined : setTimeout(giveUp, stillMs);
  for await (const message of settled) {
    patience?.refresh();
    const { verdict, reason } = message.json<{ data: FactData<'settled'> }>().data;
    const how = `${verdict} (${reason})`;
    verdicts.set(how, (verdicts.get(how) ?? 0) + 1);
    done++;
    onSettled?.(done);
    room.resolve();
    room = Promise.withResolvers();
  }
  clearTimeout(patience);
  const rate = done / ((performance.now() - begin) / 1_000);
  await submitting;
  await connection.close();
  return { ids, rate, verdicts };
}

/** Waits until the trace of each is whole in Jaeger: one root, every stage. Throws what is wrong with those that are not. */
export async function assertWholeTraces(
  { jaeger }: Target,
  ids: readonly EvaluationId[],
  withinMs: number = TRACES_WITHIN_MS,
): Promise<void> {
  const open = [...ids];
  const assertWhole = async (id: EvaluationId): Promise<void> => {
    const problems = brokenTrace(id, await jaegerTrace(jaeger, traceIdOf(id)));
    if (problems.length > 0) throw new Error(`${open.length} are not, such as: ${problems.join('; ')}`);
  };
  const deadline = performance.now() + withinMs;
  await eventually(
    'all traces whole',
    async () => {
      while (open.length > 0) {
        if (performance.now() > deadline) throw new Error(`${open.length} were not looked at`);
        const next = open.slice(0, TRACES_AT_ONCE);
        await Promise.all(next.map(assertWhole));
        open.splice(0, next.length);
      }
      return true;
    },
    // The last look has time to say how far it came.
    { withinMs: withinMs + 5_000 },
  );
}

/** How they ended, for people. */
export function describeVerdicts({ verdicts }: Pick<Load, 'verdicts'>): string {
  return [...verdicts].map(([how, count]) => `${count} ${how}`).join(', ');
}
