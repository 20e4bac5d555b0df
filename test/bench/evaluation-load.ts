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

export interface Load {
  readonly ids: readonly EvaluationId[];
  /** First submission to last verdict, in evaluations a second. */
  readonly rate: number;
  /** How many ended how. */
  readonly verdicts: ReadonlyMap<string, number>;
}

export interface LoadOptions {
  /** How many may be submitted and not settled; all by default. */
  readonly atOnce?: number;
  /** Told after each verdict how many there are. */
  readonly onSettled?: (count: number) => void;
}

const CONNECTIONS = 16;
const SPEC = { name: 'load', image: 'fake', command: ['true'] };
const TRACES_WITHIN_MS = 300_000;

/** Submits evaluations one by one over kept-alive connections, and waits until all are settled. */
export async function settleMany(
  { client, nats }: Target,
  count: number,
  { atOnce = count, onSettled }: LoadOptions = {},
): Promise<Load> {
  const connection = await connect({ servers: nats });
  const settled = connection.subscribe('lacuna.evaluation.*.*.settled', { max: count });
  await connection.flush();
  const verdicts = new Map<string, number>();
  let done = 0;
  let room = Promise.withResolvers<void>();
  const ids: EvaluationId[] = [];
  const begin = performance.now();
  const submitting = rateOf(count, CONNECTIONS, async (i) => {
    while (i - done >= atOnce) await room.promise;
    ids.push((await client.submit(SPEC)).id);
  });
  for await (const message of settled) {
    const { verdict, reason } = message.json<{ data: FactData<'settled'> }>().data;
    const how = `${verdict} (${reason})`;
    verdicts.set(how, (verdicts.get(how) ?? 0) + 1);
    onSettled?.(++done);
    room.resolve();
    room = Promise.withResolvers();
  }
  const rate = count / ((performance.now() - begin) / 1_000);
  await submitting;
  await connection.close();
  return { ids, rate, verdicts };
}

/** Waits until the trace of each is whole in Jaeger: one root, every stage. Throws what is wrong with those that are not. */
export async function assertWholeTraces({ jaeger }: Target, ids: readonly EvaluationId[]): Promise<void> {
  const open = new Set(ids);
  await eventually(
    'all traces whole',
    async () => {
      for (const id of open) {
        const problems = brokenTrace(id, await jaegerTrace(jaeger, traceIdOf(id)));
        if (problems.length > 0) throw new Error(`${open.size} are not, such as: ${problems.join('; ')}`);
        open.delete(id);
      }
      return true;
    },
    { withinMs: TRACES_WITHIN_MS },
  );
}

/** How they ended, for people. */
export function describeVerdicts({ verdicts }: Pick<Load, 'verdicts'>): string {
  return [...verdicts].map(([how, count]) => `${count} ${how}`).join(', ');
}
