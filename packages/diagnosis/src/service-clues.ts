import { formatDuration, type StageService } from '@lacuna/contracts';
import type { Case } from './case.ts';

/** That a service does not keep up with the facts, in words; undefined when it does, or when it is not known. */
export function behind({ readers }: Case, service: StageService): string | undefined {
  if (readers === undefined) return undefined;
  const own = readers.filter((reader) => reader.service === service);
  if (own.length === 0) return `no ${service} follows the facts`;
  if (own.some(({ asking }) => asking)) return undefined;
  const waiting = own.reduce((sum, { pending, unanswered }) => sum + pending + unanswered, 0);
  return `${service} does not ask for facts any more${waiting === 0 ? '' : `, and ${waiting} wait for it`}`;
}

/** That a service has not been heard of for longer than that, in words. */
export function silentFor({ heardAt, now }: Case, service: StageService, ms: number): string | undefined {
  const at = heardAt?.[service];
  return at === undefined || now - at <= ms
    ? undefined
    : `${service} was last heard of ${formatDuration(now - at)} ago`;
}
