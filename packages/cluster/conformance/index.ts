/**
 * What every cluster must do, as a vitest suite: call it in a test file of the adapter. It needs no more of a cluster than the port
 * and a POSIX shell in what it runs.
 */
import { describe } from 'vitest';
import { endClauses } from './end-clauses.ts';
import { ensureClauses } from './ensure-clauses.ts';
import { interruptClauses } from './interrupt-clauses.ts';
import { logClauses } from './log-clauses.ts';
import { observeClauses } from './observe-clauses.ts';
import { removeClauses } from './remove-clauses.ts';
import { reportClauses } from './report-clauses.ts';
import { useSession } from './session.ts';
import { streamsClauses } from './streams-clauses.ts';
import { spoolClauses } from './spool-clauses.ts';
import type { ClusterFeatures, OpenSubject } from './subject.ts';

export { PROGRAMS } from './programs.ts';
export { containerOf, Session } from './session.ts';
export type { ClusterFeatures, ClusterSubject } from './subject.ts';
export { Watch } from './watch.ts';

interface ConformanceOptions {
  readonly open: OpenSubject;
  readonly features: ClusterFeatures;
}

/** Registers the suite. Opens two clusters: one for all clauses, and one for those that break it. */
export function describeClusterConformance(name: string, { open, features }: ConformanceOptions): void {
  const timeout = 3 * (features.patienceMs ?? 20_000);
  describe(`${name} as a cluster`, { timeout }, () => {
    const session = useSession(open, features);
    ensureClauses(session);
    observeClauses(session);
    endClauses(session);
    logClauses(session);
    removeClauses(session);
    reportClauses(session);
    spoolClauses(session);
    streamsClauses(session);
  });
  describe(`${name} as a cluster that is interrupted`, { timeout }, () => {
    interruptClauses(useSession(open, features));
  });
}
