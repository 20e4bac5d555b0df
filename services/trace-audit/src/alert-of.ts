import { traceIdOf, type Alert, type FactOf } from '@lacuna/contracts';
import { findingKey } from '@lacuna/lifecycle';

/** Base addresses that links are made of; what is not known gives no link. */
export interface LinkBases {
  readonly publicUrl?: string;
  readonly jaegerUrl?: string;
}

/** The alert of a finding that was raised or cleared. The key is that of the finding, so one hole is one alert. */
export function alertOf(
  told: FactOf<'finding-raised'> | FactOf<'finding-cleared'>,
  name: string,
  bases: LinkBases,
): Alert {
  const { stage, cause } = told.data;
  const traceId = traceIdOf(told.evaluation);
  return {
    v: 1,
    key: `${told.evaluation}/${findingKey(told.attempt, stage, cause)}`,
    status: told.type === 'finding-raised' ? 'raised' : 'resolved',
    evaluation: told.evaluation,
    name,
    attempt: told.attempt,
    stage,
    cause,
    reason: told.type === 'finding-raised' ? told.data.reason : told.data.evidence,
    at: told.at,
    traceId,
    links: {
      ...(bases.publicUrl === undefined ? {} : { self: `${bases.publicUrl}/v1/evaluations/${told.evaluation}` }),
      ...(bases.jaegerUrl === undefined ? {} : { trace: `${bases.jaegerUrl}/trace/${traceId}` }),
    },
  };
}
