import type { StreamContract } from '@lacuna/contracts';

/** A stream's configuration in the JetStream API's own terms; durations in nanoseconds. */
export type StreamSettings = Readonly<Record<string, unknown>> & { readonly name: string };

/** A setting with which a stream would lose or refuse what it must keep. */
interface Drift {
  readonly setting: string;
  readonly expected: string;
  readonly found: unknown;
}

/**
 * How many may read a stream at a time, for a start each follower and each reading of a log is one. A bound, not a reservation: submit bounds its followers,
 * and who works must never find the places taken. Without a number of its own the server gives a stream 1,000 (`default_max_consumers`, since 2.15).
 */
const MAX_CONSUMERS = 100_000;

/** How a stream is created. Size limits are the operator's: with `discard: new` a full stream refuses and loses nothing. */
export function settingsOf(contract: StreamContract): StreamSettings {
  return {
    name: contract.name,
    description: contract.means,
    subjects: contract.subjects,
    storage: 'file',
    retention: contract.retention,
    discard: 'new',
    max_consumers: MAX_CONSUMERS,
    max_msgs_per_subject: contract.oncePerSubject ? 1 : -1,
    discard_new_per_subject: contract.oncePerSubject,
    max_age: (contract.maxAgeMs ?? 0) * 1e6,
    duplicate_window: contract.duplicateWindowMs * 1e6,
    allow_direct: true,
  };
}

/**
 * The settings of an existing stream that break the contract. `persist_mode: async` is one that nobody would look for: it silently
 * turns the server's `sync_interval: always` off for the stream, so that an acknowledged fact can be lost.
 */
export function driftsOf(contract: StreamContract, found: StreamSettings): Drift[] {
  const wanted = settingsOf(contract);
  const mustEqual = ['storage', 'retention', 'discard', 'max_msgs_per_subject', 'discard_new_per_subject'];
  const drifts: Drift[] = mustEqual
    .filter((setting) => (found[setting] ?? false) !== wanted[setting])
    .map((setting) => ({ setting, expected: String(wanted[setting]), found: found[setting] }));
  for (const setting of ['no_ack', 'sealed', 'mirror', 'subject_transform', 'allow_rollup_hdrs'])
    if (found[setting]) drifts.push({ setting, expected: 'not set', found: found[setting] });
  if ((found['persist_mode'] ?? 'default') !== 'default')
    drifts.push({ setting: 'persist_mode', expected: 'not set', found: found['persist_mode'] });
  if (shorter(found['max_age'], wanted['max_age']))
    drifts.push({ setting: 'max_age', expected: ageText(wanted['max_age']), found: found['max_age'] });
  return drifts;
}

/** 0 = for ever. */
function shorter(found: unknown, wanted: unknown): boolean {
  const [a, b] = [Number(found ?? 0), Number(wanted)];
  return a !== 0 && (b === 0 || a < b);
}

function ageText(nanos: unknown): string {
  return Number(nanos) === 0 ? 'for ever (0)' : `at least ${Number(nanos)}`;
}
