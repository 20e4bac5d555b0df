import { ATTRIBUTES, defined, type ContractSpan, type FactOf } from '@lacuna/contracts';
import type { Attributes } from './stage-attributes.ts';

type Settled = FactOf<'settled'>['data'];

/** How a span shows a verdict: red unless all is well or somebody wanted the end. */
export function statusOf({ verdict, reason }: Settled): ContractSpan['status'] {
  return isBroken(verdict) ? { code: 'error', message: `${verdict}: ${reason}` } : { code: 'unset' };
}

/** The verdict and what it rests on, as attributes. */
export function resultAttributes({ verdict, reason, evidence }: Settled): Attributes {
  return {
    [ATTRIBUTES.pipelineResult]: PIPELINE_RESULT[verdict],
    [ATTRIBUTES.verdict]: verdict,
    [ATTRIBUTES.reason]: reason,
    ...defined({ [ATTRIBUTES.tests]: evidence.tests }),
    ...(isBroken(verdict) ? { [ATTRIBUTES.errorType]: `lacuna.${verdict}` } : {}),
  };
}

/** Whether a span with this verdict is an error; a program that failed is one, too. */
export function isBroken(verdict: Settled['verdict']): boolean {
  return verdict !== 'passed' && verdict !== 'cancelled';
}

const PIPELINE_RESULT: Readonly<Record<Settled['verdict'], string>> = {
  passed: 'success',
  failed: 'failure',
  error: 'error',
  incomplete: 'error',
  timed_out: 'timeout',
  cancelled: 'cancellation',
};
