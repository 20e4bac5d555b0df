import type { FailedDelivery } from '@lacuna/messaging';
import type { Logger } from './logger.ts';

/** Logs the failed deliveries of a consumer: what comes again as a warning, what went to the dead letters as an error. */
export function logFailure(log: Logger): (failed: FailedDelivery) => void {
  return ({ settlement, error, consumer, subject, deliveries }) => {
    const about = { err: error, consumer, subject, deliveries };
    if (settlement.kind === 'retried') log.warn(about, `delivery failed; again in ${settlement.delayMs} ms`);
    else log.error(about, `dead letter: ${settlement.reason}`);
  };
}
