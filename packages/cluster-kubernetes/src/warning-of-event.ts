import type { WarningEvent } from '@lacuna/cluster';
import { defined } from '@lacuna/contracts';
import { createdAt, timeOf, type ApiEvent } from './api-objects.ts';
import { identityOfName } from './identity.ts';
import { quotaRefusal } from './quota-refusal.ts';

const OBJECTS: Readonly<Record<string, 'job' | 'pod'>> = { Job: 'job', Pod: 'pod' };

/** A warning about one of our Jobs or pods; undefined for any other event. An event has no labels, so the object's name says whose it is. */
export function warningOfEvent(event: ApiEvent): WarningEvent | undefined {
  const { kind = '', name = '', uid } = event.involvedObject ?? {};
  const object = OBJECTS[kind];
  const identity = identityOfName(name);
  if (event.type !== 'Warning' || object === undefined || identity === undefined || uid === undefined) return undefined;
  const quota = quotaRefusal(event.message ?? '');
  return {
    ...identity,
    object,
    uid,
    reason: event.reason ?? '',
    message: event.message ?? '',
    ...defined({ quota }),
    at: lastSeenAt(event),
  };
}

/** An event that repeats is one object that is counted up. */
function lastSeenAt(event: ApiEvent): number {
  const { series, lastTimestamp, eventTime } = event;
  return timeOf(series?.lastObservedTime) ?? timeOf(lastTimestamp) ?? timeOf(eventTime) ?? createdAt(event);
}
