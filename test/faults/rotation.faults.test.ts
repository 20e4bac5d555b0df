import { setTimeout as pass } from 'node:timers/promises';
import type { EvaluationId, Fact, LogStatement } from '@lacuna/contracts';
import { BUSYBOX_IMAGE } from '@lacuna/servers';
import { eventually } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { messagesIn } from '../support/history.ts';
import { startRealCluster } from '../support/kubernetes-system.ts';
import { allSettled } from '../support/settled.ts';
import type { System } from '../support/system.ts';

const PODS = 5;
const ROUNDS = 20;
const LINES_A_ROUND = 5_000;
const LINE = 200;

/** Twenty megabytes in about twenty seconds, in numbered lines. */
const SCRIPT = `BEGIN { for (r = 0; r < ${ROUNDS}; r++) { for (i = 0; i < ${LINES_A_ROUND}; i++) printf "%0${LINE - 1}d\\n", ++n; system("sleep 1") } }`;
const WRITTEN = Buffer.from(
  Array.from({ length: ROUNDS * LINES_A_ROUND }, (_, i) => `${String(i + 1).padStart(LINE - 1, '0')}\n`).join(''),
);

test('L4, L5: of a log that the kubelet rotates away while nobody reads it, what is lost is named byte by byte', async () => {
  await using cluster = await startRealCluster({ logMaxSize: '1Mi' });
  await using system = await cluster.system({ LACUNA_REREAD: '3s' });
  const spec = { image: BUSYBOX_IMAGE, command: ['awk', SCRIPT], report: 'none' as const };
  const submitted = await Promise.all(Array.from({ length: PODS }, () => system.client.submit(spec)));
  const collector = system.services['log-collect'];
  const opened = async (): Promise<boolean> =>
    (await messagesIn<Fact>(system.nats.url, 'LACUNA_FACTS')).some(({ type }) => type === 'log-opened');
  await eventually('a log is read', opened, { withinMs: 120_000 });
  await pass(3_000);
  await collector.kill9();
  // The kubelet looks every ten seconds: now it rotates at least once what nobody reads.
  await pass(12_000);
  collector.start();
  const views = await allSettled(
    system.client,
    submitted.map(({ id }) => id),
    150_000,
  );
  const statements = views.map(({ attempts }) => attempts[0]?.log as LogStatement);
  for (const [i, { id }] of submitted.entries())
    expect.soft(misnamed(await logOf(system, id), statements[i] as LogStatement)).toEqual([]);
  expect(
    statements.filter(({ state, gaps }) => state === 'truncated' && gaps?.[0]?.cause === 'rotation').length,
  ).toBeGreaterThan(0);
});

/** How a statement differs from what is really missing; empty = not at all. */
function misnamed(stored: Buffer, { state, bytes, sealedBytes, gaps = [], lost, reason }: LogStatement): string[] {
  if (state === 'sealed') return stored.equals(WRITTEN) ? [] : ['sealed, and not what was written'];
  const told = `${state}: ${reason}`;
  if (state !== 'truncated' || bytes !== stored.length || sealedBytes !== WRITTEN.length) return [told];
  if (lost !== undefined) {
    const rest = Buffer.concat([WRITTEN.subarray(0, lost.from), WRITTEN.subarray(lost.to)]);
    return rest.equals(stored) ? [] : [`it is not ${lost.from} to ${lost.to} that is missing; ${told}`];
  }
  // Of several places only the sum is known: between them every byte must be there, in order.
  let at = 0;
  for (const [from, to] of pieces(
    gaps.map((gap) => gap.at),
    stored.length,
  )) {
    const piece = stored.subarray(from, to);
    at = WRITTEN.indexOf(piece, at);
    if (at < 0) return [`between ${from} and ${to} something is missing, too; ${told}`];
    at += piece.length;
  }
  return [];
}

function pieces(places: readonly number[], length: number): [number, number][] {
  const cuts = [0, ...places, length];
  return cuts.slice(1).map((to, i) => [cuts[i] as number, to]);
}

async function logOf(system: System, id: EvaluationId): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync((await system.client.log(id)).body));
}
