import { BUSYBOX_IMAGE } from '@lacuna/servers';
import { expect, test } from 'vitest';
import { startRealCluster } from '../support/kubernetes-system.ts';
import { allSettled } from '../support/settled.ts';
import { sha256Of, talkative } from '../support/talkative.ts';
import { TWO_STREAMS } from '../support/two-streams.ts';

/** As `npm run bench lost-tails`, which compares with `kubectl logs --follow`, but short. The other tests run on the containerd of the machine. */
const PODS = 10;
const TALK = { line: 80, lines: 10_000 };

test('on containerd 2 as well, the logs of talkative pods that end at once are all sealed', async () => {
  await using cluster = await startRealCluster({ containerd: '2' });
  await using system = await cluster.system({ LACUNA_CAPACITY: String(PODS) });
  const spec = { image: BUSYBOX_IMAGE, command: talkative(TALK), report: 'none' as const };
  const submitted = await Promise.all(Array.from({ length: PODS }, () => system.client.submit(spec)));
  const views = await allSettled(
    system.client,
    submitted.map(({ id }) => id),
    120_000,
  );
  for (const { verdict, reason, evidence } of views) {
    expect.soft(verdict, reason).toBe('passed');
    expect.soft(evidence).toMatchObject({ log: 'sealed', logSha256: sha256Of(TALK) });
  }
  const { script, stdout, stderr } = TWO_STREAMS;
  const apart = { ...spec, command: ['sh', '-c', script], streams: 'apart' as const };
  const { id } = await system.client.submit(apart);
  const [view] = await allSettled(system.client, [id], 120_000);
  const log = view?.attempts[0]?.log;
  expect(log, log?.reason).toMatchObject({
    state: 'sealed',
    sealedBy: 'records',
    bytes: stdout.length + stderr.length,
  });
});
