import type { Deadlines } from '@lacuna/contracts';
import type { LogArchive } from '@lacuna/log-archive';
import type { Bus } from '@lacuna/messaging';
import type { Health, Metrics } from '@lacuna/service-kit';
import type { Acceptor } from '../accept.ts';
import type { LinksOf, TraceLink } from '../links.ts';
import type { Projector } from '../read-model/projector.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import type { Followers } from './followers.ts';
import type { TokenHashes } from './tokens.ts';

/** What the routes work with. */
export interface HttpContext {
  readonly bus: Bus;
  /** Of closed logs; undefined when none is configured. */
  readonly archive: LogArchive | undefined;
  readonly acceptor: Acceptor;
  readonly readModel: ReadModel;
  readonly projector: Projector;
  readonly followers: Followers;
  readonly linksOf: LinksOf;
  readonly traceLink: TraceLink;
  readonly deadlines: Deadlines;
  readonly answerWithinMs: number;
  readonly publicUrl: string;
  readonly tokens: TokenHashes | undefined;
  readonly now: () => number;
  readonly health: () => Health;
  readonly metrics: Metrics;
  /** Aborted when the service stops: streams end. */
  readonly stopping: AbortSignal;
  readonly onBug: (error: unknown) => void;
  /** An answer could not be sent to its end, and that was not the client's doing. */
  readonly onCut: (error: unknown) => void;
}
