import type { Case } from '../case.ts';
import type { SignalKind } from '../log/signals.ts';
import { overlapping } from '../overlapping.ts';
import { hint, refutation, suggestion, type Rule } from '../rule.ts';
import { atEnd, inLog, saidAtEnd, saidInLog } from '../said-in-log.ts';
import { brokenBy } from '../stage-clues.ts';

/** What a program that ended badly by itself was short of, in the words of its log: memory, connections, a port, disk, files. */
export const RESOURCE_RULES: readonly Rule[] = [
  {
    cause: 'own-memory',
    title: 'The program itself ran out of memory',
    for: [
      saidInLog('out-of-memory'),
      saidAtEnd('out-of-memory'),
      hint((known) => known.failedByItself && inLog(known, 'out-of-memory') && overlapping(known)),
    ],
    against: [refutation((known) => brokenBy(known, 'container.run') === 'oom-killed' && 'the kernel killed it')],
    advice:
      'Its runtime gave up before the kernel did: raise its own limit (--max-old-space-size, -Xmx) together with resources.memory.',
  },
  {
    // Cause 4 of the seed's investigation: several test pods and one API.
    cause: 'api-sessions',
    title: 'Connections to a service it needs fail',
    for: [
      suggestion((known) => known.failedByItself && connections(known)),
      suggestion(
        (known) =>
          known.failedByItself && TOO_MANY.map((kind) => inLog(known, kind)).find((text) => text !== undefined),
      ),
      hint(
        (known) =>
          known.failedByItself &&
          [...CONNECTION, ...TOO_MANY].some((kind) => atEnd(known, kind)) &&
          'the last of them stands at the end of the log',
      ),
      hint(
        (known) =>
          known.failedByItself &&
          (connections(known) ?? inLog(known, 'pool-exhausted') ?? inLog(known, 'rate-limited')) &&
          overlapping(known),
      ),
      suggestion(
        (known) =>
          known.failedByItself &&
          connections(known) &&
          /ECONN|ETIMEDOUT|Connection|Timeout/i.test(known.uncaught?.line ?? '') &&
          `the error that ended it is one of them: ${known.uncaught?.line}`,
      ),
    ],
    advice:
      'Something that the suites share lets in too few connections or requests: count them per suite (pool size × processes), raise its limit, or run the suites one after the other and compare.',
  },
  {
    cause: 'port-in-use',
    title: 'A port it needs is in use',
    for: [
      saidInLog('address-in-use'),
      saidAtEnd('address-in-use'),
      hint((known) => known.failedByItself && inLog(known, 'address-in-use') && overlapping(known)),
    ],
    advice:
      'Two suites on one machine want the same port: let each take a free one (port 0), or give each a pod of its own.',
  },
  {
    cause: 'disk-full',
    title: 'There was no space left to write',
    for: [saidInLog('disk-full'), saidAtEnd('disk-full')],
    advice: 'See the node’s disk and the ephemeral-storage limit; clean what earlier runs left.',
  },
  {
    cause: 'file-limit',
    title: 'It had too many files open',
    for: [saidInLog('file-limit'), saidAtEnd('file-limit')],
    advice: 'Raise the limit of open files (ulimit -n), or find the sockets and files that are not closed.',
  },
];

const CONNECTION: readonly SignalKind[] = [
  'connection-refused',
  'connection-reset',
  'connection-timeout',
  'name-lookup',
];
/** What a service says that has too many clients or requests. */
const TOO_MANY: readonly SignalKind[] = ['pool-exhausted', 'rate-limited', 'server-busy'];

function connections(known: Case): string | undefined {
  return CONNECTION.map((kind) => inLog(known, kind)).find((text) => text !== undefined);
}
