import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@lacuna/client';
import type { EvaluationView } from '@lacuna/contracts';
import { freePort, type OnProgress } from '@lacuna/servers';
import type { Lifecycle } from '@lacuna/service-kit';
import { openPlatform, type Platform } from '../platform/open-platform.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { receiveAlerts, type AlertReceiver, type ReceivedAlert } from './alert-receiver.ts';
import type { Act, SeenAct } from './cast.ts';
import { EMBEDDED_VENUE } from './embedded-venue.ts';
import { unmet } from './expected.ts';
import { traceInJaeger } from './trace-in-jaeger.ts';
import { openKubernetesVenue } from './kubernetes-venue.ts';
import { play } from './play.ts';
import { alertTable, outcomeTable } from './result-tables.ts';

interface DemoOutcome {
  readonly seen: readonly SeenAct[];
  /** Expectations that did not hold; empty = the demo is green. */
  readonly problems: readonly string[];
}

interface DemoOptions {
  readonly cluster: 'process' | 'kubernetes';
  /** Whether the table at the end has the links of the traces. */
  readonly showsTraces: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
  readonly onProgress: OnProgress;
}

/** Plays the seed's story on a platform of its own, which it opens within the given life, and checks every expectation. */
export async function runDemo(life: Lifecycle, options: DemoOptions): Promise<DemoOutcome> {
  const { cluster, showsTraces, env, say, onProgress } = options;
  const dataDir = await temporaryFolder(life, 'demo');
  const receiver = await life.step('alert receiver', receiveAlerts);
  const venue = cluster === 'process' ? EMBEDDED_VENUE : await openKubernetesVenue(life, dataDir, onProgress);
  const platform = await openPlatform(life, {
    port: await freePort(),
    dataDir,
    onProgress,
    env: { ...env, ...venue.env, ...receiver.settings },
  });
  introduce(platform, say);
  const client = createClient({ url: platform.http });
  const views = await play(venue.cast, client, say, life.signal);
  const seen = await Promise.all([...views].map(([act, view]) => look(act, view, platform, receiver)));
  say('');
  say(outcomeTable(seen, showsTraces));
  say('');
  say(alertTable(seen));
  return { seen, problems: seen.flatMap((one) => unmet(one.act.key, one.act, one)) };
}

function introduce({ http, nats, traces }: Platform, say: (line: string) => void): void {
  say(`page and API   ${http}`);
  say(`NATS           ${nats}`);
  say(
    'unavailable' in traces
      ? `Jaeger         none, so traces are not checked: ${traces.unavailable.split('\n')[0]}`
      : `Jaeger         ${traces.jaegerUrl}`,
  );
  say('');
}

async function look(act: Act, view: EvaluationView, { traces }: Platform, receiver: AlertReceiver): Promise<SeenAct> {
  const trace = 'unavailable' in traces ? undefined : await traceInJaeger(traces.jaegerUrl, view.traceId);
  return { act, view, alerts: await arrived(view, receiver, act.broken === undefined ? 0 : 1), trace };
}

/** Only a demo that fails waits so long. Milliseconds. */
const ALERTS_WITHIN_MS = 30_000;

/** Alerts come over their own way, a moment after the verdict: waits for those that must come, and no longer. */
async function arrived({ id }: EvaluationView, { received }: AlertReceiver, owed: number): Promise<ReceivedAlert[]> {
  const mine = (): ReceivedAlert[] => received.filter((alert) => alert.evaluation === id);
  for (const deadline = performance.now() + ALERTS_WITHIN_MS; mine().length < owed && performance.now() < deadline;) {
    await delay(50);
  }
  return mine();
}
