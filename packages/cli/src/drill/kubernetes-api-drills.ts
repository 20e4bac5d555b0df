import type { EvaluationId, EvaluationSpec, EvaluationView } from '@lacuna/contracts';
import { ownPlatformOf, type DrillContext } from './drill-context.ts';
import type { Drill } from './drill.ts';
import { allowJobs, limitJobs, occupy } from './limit-jobs.ts';
import { limitedIdentity } from './limited-identity.ts';
import { NEEDS_NAMESPACE } from './open-namespace.ts';
import { rankedFirst } from './ranked-first.ts';
import { submit } from './submit.ts';
import { stageIs, waitForVerdict, waitForView } from './wait-for.ts';

/** An API server that limits requests, by its own means: priority and fairness. */
export const KUBERNETES_API_DRILLS: readonly Drill[] = [
  {
    fault: 'api-429',
    makes: 'the API server answers 429 to a dispatcher: its priority level has no share of requests, and is in use',
    notOn: NEEDS_NAMESPACE,
    spec: { command: ['true'], report: 'none' },
    expected: { verdict: 'passed', broken: 'queue missing' },
    cause: 'api-throttled',
    inject: async (context, spec) => {
      const { services, replica } = ownPlatformOf(context);
      // Who drills is an admin, whom the API server never limits: so another dispatcher takes over, as a service account.
      await using identity = await limitedIdentity(context);
      services.dispatch.pause();
      try {
        await using during = new AsyncDisposableStack();
        during.use(await replica('dispatch', { LACUNA_KUBECONFIG: identity.kubeconfig }));
        await limitJobs(context);
        during.use(occupy(context, identity.api));
        const id = await throttled(context, spec);
        const ranked = await rankedFirst(context, id);
        await allowJobs(context);
        await waitForVerdict(context, id);
        return { id, ...ranked };
      } finally {
        services.dispatch.resume();
        await allowJobs(context);
      }
    },
  },
];

/** How often an evaluation may slip through. */
const TRIES = 5;

/**
 * Submits until an evaluation has been kept from its Job for longer than the queue is owed. One whose request comes just when the one that is
 * served has ended, within some milliseconds of three seconds, gets its Job.
 */
async function throttled(context: DrillContext, spec: EvaluationSpec): Promise<EvaluationId> {
  const isMissed = (view: EvaluationView): boolean => stageIs(view, 'queue', 'missing');
  for (let tried = 0; tried < TRIES; tried++) {
    const id = await submit(context, spec);
    const view = await waitForView(
      context,
      id,
      'queue missing',
      (seen) => isMissed(seen) || seen.attempts[0]?.job !== undefined,
    );
    if (isMissed(view)) return id;
    context.say('its request came just when another had ended, and was served; so once more');
  }
  throw new Error(`${TRIES} evaluations in a row got their Jobs: the API server limits nobody`);
}
