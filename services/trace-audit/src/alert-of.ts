import { defined, traceIdOf, type Alert, type FactOf, type FactType } from '@lacuna/contracts';
import { findingKey } from '@lacuna/lifecycle';
import { traceLink } from '@lacuna/service-kit';

/** Base addresses that links are made of; what is not known gives no link. */
interface LinkBases {
  readonly publicUrl?: string;
  readonly jaegerUrl?: string;
  readonly traceUrl?: string;
}

/** The facts that raise and resolve alerts. */
export type AlertingFact =
  FactOf<'finding-raised'> | FactOf<'finding-cleared'> | FactOf<'orphan'> | FactOf<'log-stuck'>;

/** Their names. */
export const ALERTING_FACTS = [
  'finding-raised',
  'finding-cleared',
  'orphan',
  'log-stuck',
] as const satisfies readonly FactType[];

/** The alert of a finding that was raised or cleared, of an orphan that was found or is gone, or of a closed log that can't be moved. Its key is that of the hole, so one hole is one alert. */
export function alertOf(told: AlertingFact, name: string, bases: LinkBases): Alert {
  const { evaluation, attempt, at } = told;
  const traceId = traceIdOf(evaluation);
  return {
    v: 1,
    evaluation,
    name,
    attempt,
    at,
    traceId,
    ...aboutOf(told),
    links: defined({
      self: bases.publicUrl && `${bases.publicUrl}/v1/evaluations/${evaluation}`,
      trace: traceLink(bases, traceId),
    }),
  };
}

type About = Pick<Alert, 'key' | 'status' | 'stage' | 'cause' | 'reason'>;

function aboutOf(told: AlertingFact): About {
  if (told.type === 'orphan') return aboutOrphan(told);
  return told.type === 'log-stuck' ? aboutStuckLog(told) : aboutFinding(told);
}

function aboutFinding(told: FactOf<'finding-raised'> | FactOf<'finding-cleared'>): About {
  const { stage, cause } = told.data;
  return {
    key: `${told.evaluation}/${findingKey(told.attempt, stage, cause)}`,
    status: told.type === 'finding-raised' ? 'raised' : 'resolved',
    stage,
    cause,
    reason: told.type === 'finding-raised' ? told.data.reason : told.data.evidence,
  };
}

function aboutOrphan({ data }: FactOf<'orphan'>): About {
  return {
    key: `orphan/${data.uid}`,
    status: data.state === 'found' ? 'raised' : 'resolved',
    stage: 'cluster',
    cause: `orphan-${data.why}`,
    reason: `${data.object} ${data.objectName}: ${data.message}`,
  };
}

function aboutStuckLog({ data }: FactOf<'log-stuck'>): About {
  return {
    key: `log-stuck/${data.podUid}/${data.since}`,
    status: data.state === 'stuck' ? 'raised' : 'resolved',
    stage: 'log-archive',
    cause: 'log-stuck',
    reason: data.why,
  };
}
